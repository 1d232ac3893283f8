/** The differing lines, as `diff` shows them: file and line number, `-` before and `+` after. */
export function showChange(file: string, before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const shown: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (old[i] === now[j]) [i, j] = [i + 1, j + 1];
    else {
      const again = i < old.length ? now.indexOf(old[i]!, j) : now.length;
      if (again < 0) shown.push(`${file}:${i + 1} - ${old[i++]}`);
      else while (j < again) shown.push(`${file}:${i + 1} + ${now[j++]}`);
      if (again < 0 && j < now.length && !old.slice(i).includes(now[j]!)) shown.push(`${file}:${i} + ${now[j++]}`);
    }
  }
  return shown;
}
