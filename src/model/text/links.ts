/** A symbolic link: its path below a folder, and its target. */
export interface Link {
  path: string;
  target: string;
}

/** The system's limit for links that follow each other. */
const MOST_STEPS = 40;

/** The links of a folder that leave it: absolute paths, too many `..`, alone or through another link. Pure. */
export function linksOut(links: Link[]): Link[] {
  const targets = new Map(links.map(({ path, target }) => [path, target]));
  return links.filter(({ path, target }) => leadsOut(path, target, targets));
}

function leadsOut(path: string, target: string, targets: Map<string, string>): boolean {
  let place = path.split('/').slice(0, -1);
  let rest = target.split('/');
  if (target.startsWith('/')) return true;
  for (let steps = 0; rest.length > 0;) {
    const [name = '', ...others] = rest;
    rest = others;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (place.length === 0) return true;
      place = place.slice(0, -1);
      continue;
    }
    const next = targets.get([...place, name].join('/'));
    if (next === undefined) place = [...place, name];
    else if (next.startsWith('/')) return true;
    // A cycle leads nowhere.
    else if (++steps > MOST_STEPS) return false;
    else rest = [...next.split('/'), ...rest];
  }
  return false;
}
