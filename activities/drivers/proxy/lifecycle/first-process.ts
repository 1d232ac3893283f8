/**
 * The script of a proxy's container: `prepare`, then `program` in the background; `end` ends `$proxy` gracefully. The shell stays as the
 * container's first process, because a proxy does not wait for processes that others leave behind, and every `exec` with a time-out
 * leaves one: they would fill the host's table of processes in the end.
 */
export const asFirstProcess = (prepare: string, program: string, end = 'kill "$proxy"'): string => `
${prepare}
${program} &
proxy=$!
trap '${end}' TERM INT
wait "$proxy"
status=$?
while kill -0 "$proxy" 2> /dev/null; do
  wait "$proxy"
  status=$?
done
exit "$status"
`;
