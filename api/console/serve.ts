/**
 * Serves the page: one HTML file, one style sheet, scripts written in TypeScript whose types are taken off when the process starts.
 * No build step and nothing from elsewhere.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import express from 'express';
import type { Router } from 'express';

const FOLDER = new URL('./browser/', import.meta.url);

const load = (): ReadonlyMap<string, { readonly type: string; readonly body: string }> => {
  const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
  const files = new Map([['/', { type: 'text/html', body: read('index.html') }], ['/page.css', { type: 'text/css', body: read('page.css') }], ['/icon.svg', { type: 'image/svg+xml', body: read('icon.svg') }]]);
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.ts'))) {
    files.set(`/${name.replace(/ts$/, 'js')}`, { type: 'text/javascript', body: stripTypeScriptTypes(read(name)).replace(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'") });
  }
  return files;
};

/** The page and its files; what it shows it gets from the API. */
export const consoleRouter = (facts: { readonly aeTitle: string; readonly temporalUi: string; readonly takesCopies: boolean }): Router => {
  const files = load();
  const router = express.Router();
  router.get('/page-facts.json', (_request, response) => { response.json(facts); });
  for (const [path, file] of files) router.get(path, (_request, response) => { response.set('cache-control', 'no-cache').type(file.type).send(file.body); });
  return router;
};
