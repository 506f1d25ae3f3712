import type * as nodeHttp from 'node:http';
import { createRequire } from 'node:module';

/**
 * node:http, for everything here that is more than a type. An `import` of it reads each of its exports, and the one named
 * WebSocket loads the whole of Node's own fetch: 25 ms and 9 MB, for nothing that is used here.
 */
export const http = createRequire(import.meta.url)('node:http') as typeof nodeHttp;
