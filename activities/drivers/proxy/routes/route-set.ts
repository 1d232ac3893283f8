import type { Route } from '../../../../src/model/service';

export interface RouteSet {
  counter: number;
  release?: string;
  routes: RouteTo[];
  https?: { port: number; acme: boolean };
}

export interface RouteTo extends Route {
  instances: string[];
  beside?: Pick<Route, 'port' | 'protocol'> & { percent: number; instances: string[] };
}
