import type { ComponentChildren } from 'preact';
import { Link } from './button.tsx';

/** How a page below a list begins: the way back to the list, then what the page is. */
export function PageHead(props: { back: { href: string; text: string }; title: ComponentChildren }) {
  return (
    <>
      <p>
        <Link href={props.back.href}>{props.back.text}</Link>
      </p>
      <h1>{props.title}</h1>
    </>
  );
}
