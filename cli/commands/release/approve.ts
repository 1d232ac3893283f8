import type { Command } from 'commander';
import { defineDecision } from '../../decision';

export function define(command: Command): void {
  defineDecision(command, 'approve', [
    'windlass approve 3f2a91c0de production --plan 9f86d0818…   (the release shows this command)',
    'windlass approve   (the only release waiting for approval)',
  ]);
}
