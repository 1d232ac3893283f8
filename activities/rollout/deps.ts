import type { Drivers } from '../targets/driver';
import type { OperationDeps } from './context';

export interface RolloutDeps extends OperationDeps {
  drivers: Drivers;
}
