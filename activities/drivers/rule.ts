/** What a message means, and whether a retry can help. */
export interface Rule {
  says: RegExp;
  kind: string;
  retry: boolean;
  next: string;
}
