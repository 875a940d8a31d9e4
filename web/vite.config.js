// Builds the page to build/web: static files that work under any base path, on any server, without
// headers.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig, minify } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const repository = fileURLToPath(new URL('..', import.meta.url));

/**
 * The models that the page offers, the one that it begins with first; and the files of each (the
 * model card stays in the repository).
 */
const MODELS = ['mini', 'base'];
const MODEL_FILES = ['config.json', 'model.safetensors', 'tokenizer.json'];

/** Where CMake builds, and the folders there of the WASM module without and with threads. */
const built = process.env.AFINA_BUILD ? `${process.env.AFINA_BUILD}/` : `${repository}build/`;
const BUILDS = { single: 'wasm', threads: 'wasm-threads' };

/**
 * Law 2, the data stays: nothing may be requested from anywhere but the page's own origin. Workers
 * are started from a blob so that this policy binds them too (see engine/policed_worker.js).
 * 'wasm-unsafe-eval' lets WASM be compiled, and nothing else.
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

const modelFiles = (model) => MODEL_FILES.map((file) => `models/afina-${model}/${file}`);

/** What instruction tuning made of a model, where that is shipped: course.html offers it. */
const tunedFile = (model) => `models/afina-${model}/instruct.delta.safetensors`;
const TUNED = MODELS.filter((model) => existsSync(repository + tunedFile(model)));

/** What there is to download of a model. */
async function modelBytes(model) {
  const files = await Promise.all(modelFiles(model).map((name) => stat(repository + name)));
  return files.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Serves models/ and samples/ beside the page, under the names they have in the repository.
 * virtual:afina-models: how many bytes each model takes, and the files of those that were tuned.
 */
function modelsAndSamples() {
  const names = [...MODELS.flatMap(modelFiles), ...TUNED.map(tunedFile)];
  const tuned = Object.fromEntries(TUNED.map((model) => [model, tunedFile(model)]));
  const id = '\0virtual:afina-models';
  return {
    name: 'afina-models-and-samples',
    resolveId: (source) => (source === id.slice(1) ? id : null),
    async load(source) {
      if (source !== id) return null;
      const sizes = await Promise.all(MODELS.map(async (each) => [each, await modelBytes(each)]));
      return `export const models = ${JSON.stringify(Object.fromEntries(sizes))};
        export const tuned = ${JSON.stringify(tuned)};`;
    },
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
      for (const name of names) await cp(repository + name, `${dir}/${name}`);
      await cp(`${root}samples`, `${dir}/samples`, { recursive: true });
    },
  };
}

const sha256 = (...contents) => contents.reduce((hash, each) => hash.update(each),
  createHash('sha256')).digest('hex');

/** The modules: the page's, and those of bench.html and course.html, which it does not load. */
const MODULES = { wasm: 'afina', bench: 'afina_bench', course: 'afina_course' };

/** The files of one build of a module, which ones depends on the Emscripten. */
async function buildFiles(module, name) {
  const folder = `${built}${BUILDS[name]}/`;
  const isOurs = (each) => /^\w+\.(mjs|wasm|worker\.m?js)$/.test(each)
    && each.startsWith(`${MODULES[module]}.`);
  const names = (await readdir(folder)).filter(isOurs).sort();
  return Promise.all(names.map(
    async (each) => ({ name: each, bytes: await readFile(folder + each) })));
}

/**
 * virtual:afina-builds: the folders of the two builds of each WASM module, beside the page. They
 * are served as Emscripten made them, since its workers load the very script that starts them.
 */
function builds() {
  const id = '\0virtual:afina-builds';
  return {
    name: 'afina-builds',
    resolveId: (source) => (source === id.slice(1) ? id : null),
    async load(source) {
      if (source !== id) return null;
      const all = {};
      for (const [module, script] of Object.entries(MODULES)) {
        all[module] = { script: `${script}.mjs` };
        for (const name of Object.keys(BUILDS)) {
          const files = await buildFiles(module, name);
          const hash = sha256(...files.map(({ bytes }) => bytes)).slice(0, 8);
          const folder = `${module}/${this.meta.watchMode ? name : hash}/`;
          all[module][name] = folder;
          if (this.meta.watchMode) continue;
          for (const each of files) {
            this.emitFile({ type: 'asset', fileName: folder + each.name, source: each.bytes });
          }
        }
      }
      return `export const builds = ${JSON.stringify(all.wasm)};
        export const benchBuilds = ${JSON.stringify(all.bench)};
        export const courseBuilds = ${JSON.stringify(all.course)};`;
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const [, module, name, file] = /^\/(\w+)\/(\w+)\/([\w.]+)/.exec(request.url) ?? [];
        const found = MODULES[module] && BUILDS[name]
          && (await buildFiles(module, name)).find((each) => each.name === file);
        if (!found) return next();
        const type = file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
        response.setHeader('Content-Type', type);
        response.end(found.bytes);
      });
    },
  };
}

/** Files of the built page that come when they are needed, not with it: the other pages' too. */
const isLate = (name) => /^(models|samples|wasm)\/|^(assets\/)?(bench|course)\b/.test(name);

/** The scripts that index.html begins with, all that they import, and the styles of these. */
function firstFiles(bundle) {
  const first = new Set();
  function add(name) {
    const chunk = bundle[name];
    if (!chunk || first.has(name)) return;
    first.add(name);
    for (const each of chunk.viteMetadata?.importedCss ?? []) first.add(each);
    chunk.imports.forEach(add);
  }
  Object.keys(bundle).filter((name) => bundle[name].isEntry && bundle[name].name === 'index')
    .forEach(add);
  return first;
}

/** Of a file's SHA-256, in sw.js: there are many files, and it is loaded first. */
const VERSION_DIGITS = 16;

/** Writes sw.js: what it has to know of the page, and then web/sw.js, minified. */
function serviceWorker() {
  return {
    name: 'afina-service-worker',
    apply: 'build',
    writeBundle: {
      order: 'post',
      sequential: true,
      async handler({ dir }, bundle) {
        const first = firstFiles(bundle);
        const isShared = (name) => bundle[name]?.type === 'chunk' || name.endsWith('.css');
        const late = (name) => isLate(name) || (isShared(name) && !first.has(name));
        const entries = await readdir(dir, { recursive: true, withFileTypes: true });
        const names = entries.filter((each) => each.isFile())
          .map((each) => `${each.parentPath ?? each.path}/${each.name}`.slice(dir.length + 1))
          .sort();
        const files = {};
        for (const name of names) {
          files[name] = sha256(await readFile(`${dir}/${name}`)).slice(0, VERSION_DIGITS);
        }
        const shell = names.filter((name) => !late(name));
        const known = `self.afina = ${JSON.stringify({ policy: POLICY, shell, files })};\n`;
        const { code } = await minify('sw.js', await readFile(`${root}sw.js`, 'utf8'));
        await writeFile(`${dir}/sw.js`, known + code);
      },
    },
  };
}

/** What GitHub Pages does not send and sw.js adds; the development server sends it itself. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Packages that the tests outside web/ import; they are installed here. */
const USED_BY_TESTS = ['@axe-core/playwright', 'papaparse', 'playwright-core'];

export default defineConfig({
  root,
  base: './',
  publicDir: false,
  plugins: [contentSecurityPolicy(), builds(), modelsAndSamples(), serviceWorker()],
  server: { fs: { allow: [repository] }, headers: ISOLATED },
  worker: { format: 'es', plugins: () => [builds()] },
  build: {
    outDir: `${built}web`,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // no data: URLs, which the policy would refuse
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: Object.fromEntries(['index', 'bench', 'course'].map(
        (name) => [name, `${root}${name}.html`])),
    },
  },
  test: {
    root: repository,
    include: ['{web/test,tests/web,tests/e2e}/**/*.test.js'],
    alias: Object.fromEntries(USED_BY_TESTS.map((name) => [name, `${root}node_modules/${name}`])),
    testTimeout: 60_000, // a busy machine is no failure
    hookTimeout: 60_000,
  },
});
