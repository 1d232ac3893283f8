import type Docker from 'dockerode';
import { connectEngine } from '../../activities/drivers/docker/connect';
import type { Engine } from '../../activities/drivers/docker/engine';
import { traefik } from '../../activities/drivers/proxy/traefik';
import { clientOf } from '../../parts/engine-client';
import type { StageParts } from '../../demo/stage';
import type { Place } from '../../src/model/names';

/** What the script works with. The driver is used where an operation is a protocol of its own: builds, pushes, `exec`. */
export interface Tools {
  docker: Docker;
  engine: Engine;
  place: Place;
  /** The shop's secret. */
  token: string;
  ensureProxy(http: string, image: string): Promise<void>;
  labels: Record<string, string>;
}

export function openTools(installation: string, { engine: { host } }: StageParts, token: string): Tools {
  const engine = connectEngine({ name: 'script', address: 'local' }, { dockerHost: host });
  return {
    docker: clientOf(host),
    engine,
    token,
    place: { installation, app: 'shop', environment: 'production' },
    labels: { [`${installation}.role`]: 'script' },
    async ensureProxy(http, image) {
      await traefik.ensure(engine, { installation, image, http });
    },
  };
}
