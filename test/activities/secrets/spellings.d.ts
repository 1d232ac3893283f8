export const SPELLINGS: Record<string, (text: string) => string>;
