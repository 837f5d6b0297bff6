export function fingerprint(rootDir: string, paths: string[], counts?: (path: string) => boolean): string;
export function readStamp(file: string): string | null;
