import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { IconName } from './components/icon.tsx';

export type ShellName = 'public' | 'desk' | 'plain';

/** A line that people can call. `label` says who answers, `tel` is the number as it is dialled. */
export interface HelpLine {
  id: string;
  label: string;
  tel: string;
}

export interface DeskNavItem {
  id: string;
  href: string;
  label: string;
  icon: IconName;
  count?: number;
}

/** What every page's frame shows: who can be called, who is signed in, the rooms of the desk. */
export interface ShellData {
  /** In order of importance; the bar shows the first two. */
  helpLines: HelpLine[];
  user: { name: string; exposure?: { usedMs: number; budgetMs: number } } | undefined;
  deskNav?: DeskNavItem[];
  demo?: boolean;
}

export interface PageContext extends ShellData {
  csrfToken: string;
  nonce: string;
  /** Islands that the components of this page asked for while rendering; the shell ends with their scripts. */
  islands: Set<string>;
}

const Context = createContext<PageContext | undefined>(undefined);

export function PageContextProvider(props: { value: Omit<PageContext, 'islands'>; children: ComponentChildren }) {
  return <Context.Provider value={{ ...props.value, islands: new Set() }}>{props.children}</Context.Provider>;
}

/** The frame's data of the page being rendered. Throws outside {@link PageContextProvider}. */
export function usePage(): PageContext {
  const value = useContext(Context);
  if (!value) throw new Error('usePage() outside PageContextProvider');
  return value;
}

/** Asks for the script of an island: `name` is its file's name without `.island.ts`. Returns the name. */
export function useIsland(name: string): string {
  usePage().islands.add(name);
  return name;
}
