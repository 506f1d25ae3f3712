/** Put in by scripts/build.js; the sources run without it. */
declare const nativeMultiarchVersion: string | undefined;

/** This program's version, as package.json has it. */
export const version = typeof nativeMultiarchVersion === 'string' ? nativeMultiarchVersion : 'development';
