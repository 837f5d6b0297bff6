import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { h } from 'preact';

/** Every Lucide icon, checked by the compiler. */
export type IconName = keyof typeof import('lucide-static/icon-nodes.json');
type IconNode = [tag: string, attributes: Record<string, string>][];

// Read at once: later a process may have given up the right to read where it was installed.
const nodes = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('lucide-static/icon-nodes.json'), 'utf8'),
) as Record<IconName, IconNode>;

/** Icons that point along the line of reading: mirrored from right to left. Named as they look in French. */
const DIRECTIONAL = /^(arrow-(left|right)|chevrons?-(left|right)|corner-|undo|redo|reply|forward|send|list)/;

/** A Lucide icon. Always beside words, so assistive technology never hears it. */
export function Icon(props: { name: IconName; size?: number; class?: string }) {
  const size = props.size ?? 20;
  const flip = DIRECTIONAL.test(props.name) ? ' icon-flip' : '';
  return (
    <svg
      class={`icon${flip}${props.class ? ` ${props.class}` : ''}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {nodes[props.name].map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  );
}
