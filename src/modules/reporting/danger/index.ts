export { detectDanger } from './detect.ts';
export { type Normalised, normalise } from './normalise.ts';
export { type DangerKind, type DangerLang, type DangerSignal, dangerKinds } from './signal.ts';
