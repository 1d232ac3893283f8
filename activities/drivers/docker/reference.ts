/** A reference to an image, in its parts. */
export interface Reference {
  /** With the registry, if the reference names one. */
  repository: string;
  tag?: string;
  digest?: string;
}

/** `registry:5000/team/web:1.2@sha256:…` in its parts; a colon before a slash belongs to a port. */
export function splitReference(reference: string): Reference {
  const [named = '', digest] = reference.split('@');
  const [, repository = named, tag] = /^(.*?)(?::([\w][\w.-]{0,127}))?$/.exec(named) ?? [];
  return { repository, ...(tag && { tag }), ...(digest && { digest }) };
}
