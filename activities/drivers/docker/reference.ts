export interface Reference {
  repository: string;
  tag?: string;
  digest?: string;
}

/** Parses `registry:5000/team/web:1.2@sha256:…`; a colon before a slash belongs to a port. */
export function splitReference(reference: string): Reference {
  const [named = '', digest] = reference.split('@');
  const [, repository = named, tag] = /^(.*?)(?::([\w][\w.-]{0,127}))?$/.exec(named) ?? [];
  return { repository, ...(tag && { tag }), ...(digest && { digest }) };
}
