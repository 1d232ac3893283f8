import type { Path } from '../../model/text/path';

export interface Named {
  at: Path;
  text: string;
}

export interface Include {
  files: Named[];
  folder?: Named;
  /** Undefined: the `.env` of its folder. */
  envFiles?: Named[];
}

/** Everything docker compose reads because of one file. */
export interface Reads {
  includes: Include[];
  extended: Named[];
  entries: Named[];
}

type Plain = Record<string, unknown>;

/** Reads these from one document of any shape. Pure. */
export function whatItReads(data: unknown): Reads {
  const services = Object.entries(mapOf(mapOf(data)['services'])).map(([name, service]) => ({
    at: ['services', name],
    service: mapOf(service),
  }));
  return {
    includes: listOf(mapOf(data)['include'], ['include']).map(({ at, value }) => includeOf(value, at)),
    extended: services.flatMap(({ at, service }) =>
      named(mapOf(service['extends'])['file'], [...at, 'extends', 'file']),
    ),
    entries: services.flatMap(({ at, service }) =>
      ['env_file', 'label_file'].flatMap((key) =>
        listOf(service[key], [...at, key]).flatMap(({ at: place, value }) =>
          isMap(value) ? named(value['path'], [...place, 'path']) : named(value, place),
        ),
      ),
    ),
  };
}

function includeOf(value: unknown, at: Path): Include {
  if (!isMap(value)) return { files: named(value, at) };
  const each = (key: string) => listOf(value[key], [...at, key]).flatMap((one) => named(one.value, one.at));
  const [folder] = each('project_directory');
  const envFiles = each('env_file');
  return { files: each('path'), ...(folder && { folder }), ...(envFiles.length > 0 && { envFiles }) };
}

const listOf = (value: unknown, at: Path): { at: Path; value: unknown }[] =>
  Array.isArray(value)
    ? value.map((one: unknown, index) => ({ at: [...at, index], value: one }))
    : value === undefined || value === null
      ? []
      : [{ at, value }];

const named = (value: unknown, at: Path): Named[] =>
  value === undefined || value === null || typeof value === 'object' ? [] : [{ at, text: String(value as string) }];

const isMap = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);
const mapOf = (value: unknown): Plain => (isMap(value) ? value : {});
