import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Translator } from './translator.ts';

const Context = createContext<Translator | undefined>(undefined);

export function I18nProvider(props: { value: Translator; children: ComponentChildren }) {
  return <Context.Provider value={props.value}>{props.children}</Context.Provider>;
}

/** The translator of the page being rendered. Throws outside {@link I18nProvider}. */
export function useI18n(): Translator {
  const value = useContext(Context);
  if (!value) throw new Error('useI18n() outside I18nProvider');
  return value;
}
