import { parseDocument } from 'yaml';
import { variableFor } from '../init/write';
import { parseManifest } from '../parse';
import { applyEdits, insertEntry } from './edits';

/** Declares these secrets in every environment with an approval that does not declare them yet. */
export function declareSecrets(file: string, text: string, secrets: string[]): string {
  const { manifest } = parseManifest(file, text);
  if (!manifest) return text;
  const wanted = Object.entries(manifest.environments)
    .filter(([, { approval }]) => approval)
    .flatMap(([environment, said]) =>
      secrets
        .filter((name) => !(name in said.secrets) && !(name in said.variables))
        .map((name) => ({ environment, name })),
    );
  // One at a time, because each edit moves the next.
  return wanted.reduce((changed, { environment, name }) => {
    const document = parseDocument(changed, { logLevel: 'silent' });
    const value = `{ env: ${variableFor(manifest.app, environment, name)} }`;
    return applyEdits(changed, insertEntry(document, changed, ['environments', environment, 'secrets'], name, value));
  }, text);
}
