import { existsSync } from 'node:fs';
import { findProgram, runProgram } from './program';

/**
 * Landlock (kernel 5.13 and later, also inside containers) limits this process and its children:
 * they can read and execute only below the given paths, and, where the kernel supports it, open no
 * TCP connections and signal nobody outside. Perl, part of the smallest Debian image, can make
 * system calls by number; 444 to 446 are the same on all processors.
 */
const SCRIPT = `
use strict;
my $prctl = shift;
my @paths;
while (@ARGV) { my $path = shift; last if $path eq '--'; push @paths, $path; }
my $abi = syscall(444, 0, 0, 1);
die "the kernel has no Landlock\\n" if $abi < 1;
my $files = $abi >= 5 ? 0xffff : $abi >= 3 ? 0x7fff : $abi >= 2 ? 0x3fff : 0x1fff;
my $rules = pack('QQQ', $files, $abi >= 4 ? 3 : 0, $abi >= 6 ? 3 : 0);
my $set = syscall(444, $rules, $abi >= 6 ? 24 : $abi >= 4 ? 16 : 8, 0);
die "Landlock: $!\\n" if $set < 0;
for my $path (@paths) {
  sysopen(my $place, $path, 010000000) or next;
  my $may = $path eq '/dev/null' ? 6 : -d $path ? 13 : 5;
  syscall(445, $set, 1, pack('Ql', $may, fileno($place)), 0) == 0 or die "Landlock: $path: $!\\n";
}
syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!\\n";
syscall(446, $set, 0) == 0 or die "Landlock: $!\\n";
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
`;

const PRCTL: Partial<Record<string, string>> = { x64: '157', arm64: '167' };

const SYSTEM = ['/usr', '/bin', '/lib', '/lib32', '/lib64', '/etc/ld.so.cache', '/dev/null'];

type Command = [program: string, ...args: string[]];

/** The command, sandboxed: it reads only these paths and the system's programs. */
export function confine([program, ...args]: Command, reads: string[]): Command {
  const paths = [...new Set([...SYSTEM, ...reads])].filter((path) => existsSync(path));
  return ['perl', '-e', SCRIPT, PRCTL[process.arch] ?? '', ...paths, '--', program, ...args];
}

let found: Promise<string | undefined> | undefined;

/** Why this machine cannot sandbox programs; undefined where it can. Determined once. */
export const whyNotConfined = (): Promise<string | undefined> => (found ??= lookForLandlock());

async function lookForLandlock(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `${process.platform} has no Landlock`;
  if (!PRCTL[process.arch]) return `Landlock is not implemented for ${process.arch}`;
  const [program, ...args] = confine([findProgram('true') ?? '/bin/true'], []);
  const ran = await runProgram(program, args, { env: {}, within: 10_000 });
  if (ran.missing) return 'perl is not installed';
  return ran.status === 0 ? undefined : ran.stderr.trim() || `it ended with status ${ran.status}`;
}
