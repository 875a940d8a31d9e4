// Builds the page to build/web: static files that work under any base path, on any server, without
// headers.

import { cp, mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const repository = fileURLToPath(new URL('..', import.meta.url));

/**
 * The models that the page offers, and the files of each (the model card stays in the repository).
 */
const MODELS = ['afina-mini'];
const MODEL_FILES = ['config.json', 'model.safetensors', 'tokenizer.json'];

/**
 * Law 2, the data stays: nothing may be requested from anywhere but the page's own origin. The
 * worker is started
 * from a blob so that this policy binds it too (see engine/client.js). 'wasm-unsafe-eval' lets WASM
 * be compiled,
 * and nothing else.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * Puts the policy into the built page; the development server needs inline styles and a socket, so
 * not there.
 */
function contentSecurityPolicy() {
  return {
    name: 'afina-content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Serves models/ and samples/ beside the page, under the names they have in the repository. */
function modelsAndSamples() {
  const names = MODELS.flatMap((model) => MODEL_FILES.map((file) => `models/${model}/${file}`));
  return {
    name: 'afina-models-and-samples',
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const name = names.find((each) => request.url.split('?')[0] === `/${each}`);
        if (!name) return next();
        try {
          response.end(await readFile(repository + name));
        } catch {
          response.statusCode = 404;
          response.end();
        }
      });
    },
    async writeBundle({ dir }) {
      for (const model of MODELS) await mkdir(`${dir}/models/${model}`, { recursive: true });
      for (const name of names) await cp(repository + name, `${dir}/${name}`);
      await cp(`${root}samples`, `${dir}/samples`, { recursive: true });
    },
  };
}

/** Packages that the tests outside web/ import; they are installed here. */
const USED_BY_TESTS = ['@axe-core/playwright', 'papaparse', 'playwright-core'];

export default defineConfig({
  root,
  base: './',
  publicDir: false,
  resolve: { alias: { '#wasm': `${repository}build/wasm` } },
  plugins: [contentSecurityPolicy(), modelsAndSamples()],
  server: { fs: { allow: [repository] } },
  worker: { format: 'es' },
  build: {
    outDir: `${repository}build/web`,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // no data: URLs, which the policy would refuse
    modulePreload: { polyfill: false },
  },
  test: {
    root: repository,
    include: ['{web/test,tests/web,tests/e2e}/**/*.test.js'],
    alias: Object.fromEntries(USED_BY_TESTS.map((name) => [name, `${root}node_modules/${name}`])),
    testTimeout: 60_000, // a busy machine is no failure
    hookTimeout: 60_000,
  },
});
