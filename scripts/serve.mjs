// A static file server that behaves as GitHub Pages does: right types, no headers of ours.
//
//   node scripts/serve.mjs FOLDER [PORT] [HOST] [PREFIX]     PREFIX: /afina serves under a sub-path
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.csv': 'text/csv; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/** The file that a request means, or null: outside the folder, or not there. */
async function find(folder, prefix, url) {
  let name;
  try {
    name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return null;
  }
  if (!name.startsWith(`${prefix}/`) || name.includes('\0')) return null;
  let file = path.join(folder, name.slice(prefix.length));
  if (file !== folder && !file.startsWith(folder + path.sep)) return null;
  if (name.endsWith('/')) file = path.join(file, 'index.html');
  const info = await stat(file).catch(() => null);
  return info?.isFile() ? { file, size: info.size, modified: info.mtime } : null;
}

/**
 * Serves a folder and resolves, once it listens, to its http.Server. Port 0 takes a free one.
 * @param {string} root
 * @param {{port?: number, host?: string, prefix?: string, headers?: object}} [options]   headers:
 *   what GitHub Pages would not send
 * @returns {Promise<import('node:http').Server>}
 */
export function serve(root, { port = 0, host = '127.0.0.1', prefix = '', headers = {} } = {}) {
  const folder = path.resolve(root);
  const server = createServer(async (request, response) => {
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const found = readable ? await find(folder, prefix, request.url) : null;
    if (!found) {
      response.writeHead(readable ? 404 : 405, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(readable ? 'not found\n' : 'only GET and HEAD\n');
      return;
    }
    response.writeHead(200, {
      'Content-Type': TYPES[path.extname(found.file)] ?? 'application/octet-stream',
      'Content-Length': found.size,
      'Last-Modified': found.modified.toUTCString(),
      'Cache-Control': 'no-cache',
      ...headers,
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(found.file).on('error', () => response.destroy()).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function main([folder, port = '8000', host = '127.0.0.1', prefix = '']) {
  try {
    const server = await serve(folder, { port: Number(port), host, prefix });
    const name = host === '127.0.0.1' ? 'localhost' : host;
    console.log(`Afina is at http://${name}:${server.address().port}${prefix}/ (Ctrl-C ends)`);
  } catch (error) {
    const busy = error.code === 'EADDRINUSE';
    const why = busy ? 'it is in use. PORT=8080 ./scripts/run takes another' : error.message;
    console.error(`error: cannot serve on port ${port}: ${why}`);
    process.exitCode = 1;
  }
}

const started = pathToFileURL(process.argv[1] ?? '').href === import.meta.url;
if (started) await main(process.argv.slice(2));
