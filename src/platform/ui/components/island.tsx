import type { ComponentChildren } from 'preact';
import { useIsland } from '../page-context.tsx';

/** Server-side place of an interactive part: what is inside works without JavaScript and is hydrated where there is. */
export function Island(props: { name: string; props?: Record<string, unknown>; children?: ComponentChildren }) {
  const name = useIsland(props.name);
  return (
    <div data-island={name} data-props={props.props ? JSON.stringify(props.props) : undefined}>
      {props.children}
    </div>
  );
}
