import type { Verification } from './kinds';

/** A verification's title, or a description of it. */
export function titleOf(verification: Verification): string {
  if (verification.title) return verification.title;
  switch (verification.kind) {
    case 'http':
      return `${verification.method} ${verification.path} of ${verification.service} is ${verification.status}`;
    case 'run':
      return `${verification.command.join(' ')} in ${verification.service}`;
  }
}
