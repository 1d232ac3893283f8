import { type Document, isMap, isScalar } from 'yaml';

/** `UMASK: 022` under `variables` means the text `022`, not the number 22, so numbers keep their spelling. */
export function keepNumbersAsWritten(document: Document): void {
  const environments = document.get('environments');
  if (!isMap(environments)) return;
  for (const { value: environment } of environments.items) {
    const variables = isMap(environment) ? environment.get('variables') : undefined;
    if (!isMap(variables)) continue;
    for (const { value } of variables.items)
      if (isScalar(value) && isPlain(value.value) && value.source !== undefined) value.value = value.source;
  }
}

const isPlain = (value: unknown) => typeof value === 'number' || typeof value === 'boolean';
