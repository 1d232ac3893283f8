import type { Command } from 'commander';
import { defineDecision } from '../../decision';

export function define(command: Command): void {
  defineDecision(command, 'reject', ["windlass reject 3f2a91c0de production --reason 'wrong day'"]);
}
