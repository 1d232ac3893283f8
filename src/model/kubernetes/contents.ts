import type { PlacedFile } from '../container/container';
import { secretsIn } from '../container/secret';
import type { Service } from '../service';

/** One value of a Secret or ConfigMap: a variable or a file of the container. */
export interface Content {
  key: string;
  /** A variable's text, with references to secrets. */
  text?: string;
  file?: PlacedFile;
}

/** What of a service lies in its Secret, and what in its ConfigMap. Both are immutable, and of one release. */
export function contentsOf({ container }: Pick<Service, 'container'>): { secret: Content[]; config: Content[] } {
  const { environment, files = [] } = container;
  const variables = Object.entries(environment)
    .filter(([, text]) => secretsIn(text).length > 0)
    .map(([name, text]): Content => ({ key: keyOfVariable(name), text }));
  const placed = files.map((file, index): Content & { file: PlacedFile } => ({ key: keyOfFile(index), file }));
  const isSecret = ({ file }: { file: PlacedFile }) => secretsIn(file.text ?? '').length > 0;
  return {
    secret: [...variables, ...placed.filter(isSecret)],
    config: placed.filter((one) => !isSecret(one)),
  };
}

export const keyOfVariable = (name: string): string => `variable.${name}`;
export const keyOfFile = (index: number): string => `file.${index}`;
