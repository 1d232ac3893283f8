import type { EnvironmentRecord } from '../../src/manifest/record/record';
import { environmentNetwork, type EnvironmentRef } from '../../src/model/names';
import type { Volume } from '../../src/model/service';
import type { EngineFacts } from '../../src/plan/targets/facts';
import { specsOf } from '../drivers/proxy/lifecycle/container';
import type { Settings } from '../settings';
import { hashSpec } from './hash-spec';
import { otherAddresses } from './proxy/proxies';
import { proxyMade, proxySettings } from './proxy/proxy-settings';

/** What planning needs to know of Docker engines. */
export const factsOfEngines = (
  settings: Settings,
  place: EnvironmentRef,
  environment: EnvironmentRecord | undefined,
): EngineFacts => ({
  home: environmentNetwork(place),
  proxyHttp: settings.proxyHttp,
  proxyOthers: otherAddresses(settings),
  proxy: proxyMade(settings),
  proxySpecs: specsOf(proxySettings(settings)),
  accessorySpecs: specsOfAccessories(environment, environment?.volumes),
  formerSpecs: specsOfAccessories(environment),
});

function specsOfAccessories(environment: EnvironmentRecord | undefined, volumes?: Volume[]): Record<string, string> {
  const accessories = (environment?.services ?? []).filter(({ kind }) => kind === 'accessory');
  return Object.fromEntries(accessories.map((service) => [service.name, hashSpec(service, volumes)]));
}
