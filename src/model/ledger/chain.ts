import { type LedgerBreak, readHead } from './ledger';

/** An entry as it was found, and what its signature is worth: `stranger` is a good one of a key that is not trusted. */
export interface Link {
  tag: string;
  digest: string;
  app?: string;
  signature: 'good' | 'bad' | 'stranger' | 'none' | 'unreadable';
  sealedAs?: string;
  after: string[];
  key?: string;
  until?: string;
  /** Why the decision that a person has signed in it does not count, if so. */
  badDecision?: string;
}

/** A head of the ledger that is kept elsewhere, and where: `the state of production`. */
export interface KnownHead {
  head: string;
  where: string;
}

export interface Ledger {
  app: string;
  links: Link[];
  tags: string[];
  digests?: Record<string, string>;
  heads: KnownHead[];
}

/** Where the chain breaks, oldest first: each entry once, by what is worst about it. */
export function findBreaks(ledger: Ledger): LedgerBreak[] {
  const breaks = new Map<string, LedgerBreak>();
  const tell = (found: LedgerBreak | undefined) => {
    if (found && !breaks.has(found.tag)) breaks.set(found.tag, found);
  };
  const first = firstLink(ledger);
  for (const link of ledger.links) tell(ownBreak(ledger, link, first));
  for (const link of ledger.links)
    for (const head of signed(link) && isInPlace(ledger, link) ? link.after : [])
      tell(headBreak(ledger, { head, where: `the entry ${link.tag}, which follows it` }));
  for (const head of ledger.heads) tell(headBreak(ledger, head));
  return [...breaks.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

type Links = Pick<Ledger, 'app' | 'links'>;

const signed = ({ signature }: Link) => signature === 'good' || signature === 'stranger';

/** Anyone who may write to the registry can copy a good entry: it counts in its own ledger, under its own tag. */
const isInPlace = ({ app }: Pick<Ledger, 'app'>, link: Link) => link.sealedAs === link.tag && link.app === app;

/** Is it an entry that a trusted worker wrote there? */
export const isGenuine = (ledger: Pick<Ledger, 'app'>, link: Link): boolean =>
  link.signature === 'good' && isInPlace(ledger, link);

/** Where the chain begins, among the entries that were read. */
export const firstLink = (ledger: Links): Link | undefined => ledger.links.find((link) => isGenuine(ledger, link));

function ownBreak(ledger: Ledger, link: Link, first: Link | undefined): LedgerBreak | undefined {
  const { app, links } = ledger;
  const { tag, signature, sealedAs, key, after } = link;
  const forged = (what: string) => ({ kind: 'forged' as const, tag, what });
  if (signature === 'unreadable') return forged('is no entry that windlass wrote');
  if (signature === 'none')
    return first && tag > first.tag
      ? forged('has no signature, though the ledger was signed by then. Does a worker of an earlier version still run?')
      : undefined;
  if (signature === 'bad') return { kind: 'changed', tag, what: 'is not what was signed: it was changed, or made up' };
  if (link.app !== app) return forged(`is of the application ${link.app}`);
  if (sealedAs !== tag)
    return { kind: 'out of order', tag, what: `was written as ${sealedAs}, and was put here later` };
  if (signature === 'stranger')
    return forged(`is signed by a key that is not trusted here: ${key}. Another worker’s? WINDLASS_LEDGER_KEYS`);
  if (link.badDecision !== undefined) return forged(link.badDecision);
  const early = links.some((one) => signed(one) && isInPlace(ledger, one) && one.tag < tag);
  if (after.length === 0 && early)
    return { kind: 'missing', tag, what: 'begins the ledger again, though there were entries before it' };
  const later = after.map((head) => readHead(head).tag).find((one) => one >= tag);
  return later === undefined ? undefined : { kind: 'out of order', tag, what: `follows ${later}, which is newer` };
}

function headBreak(ledger: Ledger, { head, where }: KnownHead): LedgerBreak | undefined {
  const { links, tags, digests } = ledger;
  const { tag, digest } = readHead(head);
  if (!tags.includes(tag))
    return wasCleaned(ledger, tag) ? undefined : { kind: 'missing', tag, what: `is missing, but ${where} has it` };
  const found = links.find((one) => one.tag === tag)?.digest ?? digests?.[tag];
  if (found === undefined || found === digest) return undefined;
  return { kind: 'changed', tag, what: `is not the entry that ${where} has` };
}

const wasCleaned = (ledger: Links, tag: string) =>
  ledger.links.some(
    (link) => isGenuine(ledger, link) && link.until !== undefined && link.until < link.tag && tag <= link.until,
  );
