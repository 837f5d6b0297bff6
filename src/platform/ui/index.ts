export { Actions, Button, type ButtonProps, type ButtonVariant, Link } from './components/button.tsx';
export {
  Callout,
  type CalloutTone,
  Card,
  DefinitionList,
  Details,
  EmptyState,
  ErrorPage,
  FigureCard,
  FigureRow,
  Tag,
  type TagTone,
} from './components/callout.tsx';
export {
  Checkbox,
  CsrfField,
  ErrorSummary,
  Field,
  FieldError,
  type FieldProps,
  FileField,
  FilterBar,
  Form,
} from './components/field.tsx';
export { Icon, type IconName } from './components/icon.tsx';
export { Island } from './components/island.tsx';
export { OptionCard, OptionGroup, type OptionGroupProps, type OptionItem } from './components/option.tsx';
export { PageHead } from './components/page-head.tsx';
export { PrintButton } from './components/print-button.tsx';
export {
  Breadcrumb,
  Pagination,
  type PaginationProps,
  Progress,
  Steps,
  Timeline,
  type TimelineItem,
} from './components/progress.tsx';
export { type Column, DataTable, type DataTableProps } from './components/table.tsx';
export { Bdi, KeyHint, Ltr, Prose, ReceiptNumber, VisuallyHidden } from './components/text.tsx';
export {
  type DeskNavItem,
  type HelpLine,
  type PageContext,
  PageContextProvider,
  type ShellData,
  type ShellName,
  useIsland,
  usePage,
} from './page-context.tsx';
export { localPath, safeHref } from './safe-href.ts';
export { DeskColumns } from './shell/desk.tsx';
export { HelpLines } from './shell/help-lines.tsx';
export { Shell, type ShellPage } from './shell/shell.tsx';
