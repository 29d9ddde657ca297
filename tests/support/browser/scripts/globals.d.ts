// What one script leaves in a page for the next.
import type { Engine } from '../../../../web/deltapage.js';

declare global {
  var engine: Engine;
  var progress: { phase: string, loaded: number, total: number }[];
  var calls: Record<string, (signal: AbortSignal) => Promise<any>>;
  var told: any[];
  var files: File[];
  var gpus: BroadcastChannel;
  var losses: { left: number, late?: number }[];
  var script: (request: any) => any[];
  var axe: any;
  interface HTMLElementTagNameMap { 'delta-chat': any }
}
