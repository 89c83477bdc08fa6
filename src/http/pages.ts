import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler, type Response } from 'express';
import { buildOpenApi } from './openapi.js';
import { stateOf } from './requestState.js';
import { routes } from './routes.js';

// From src/http and from dist/http alike: the build does not copy what needs no compiling.
const staticFolder = fileURLToPath(new URL('../../src/http/static/', import.meta.url));
const swaggerFolder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const swaggerFiles = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
// Swagger UI writes style attributes; scripts stay as strict as elsewhere.
const docsPolicy = contentPolicy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

/** Headers that keep browsers from loading anything from elsewhere, guessing types, or showing the page in a frame. */
export const securityHeaders: RequestHandler = (request, response, next) => {
  response.set({
    'Content-Security-Policy': contentPolicy,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...(request.secure ? { 'Strict-Transport-Security': 'max-age=15552000' } : {}),
  });
  next();
};

/** Paths that are pages rather than interface; not part of the OpenAPI document. */
export const pagePaths = [
  '/',
  '/alerts.html',
  '/inbox.html',
  '/acknowledge',
  '/docs',
  '/openapi.json',
] as const;

/** Adds the built-in page, the page to try the interface, and their files. */
export function registerPages(app: Express, version: string): void {
  // Describing every route takes longer than the rest of a start.
  let openApi: string | undefined;
  app.get('/', (_request, response) => sendPage(response, '/', 'index.html'));
  app.get('/alerts.html', (_request, response) => sendPage(response, '/alerts.html', 'alerts.html'));
  app.get('/inbox.html', (_request, response) => sendPage(response, '/inbox.html', 'inbox.html'));
  app.get('/docs', (_request, response) => {
    response.set('Content-Security-Policy', docsPolicy);
    sendPage(response, '/docs', 'docs.html');
  });
  app.get('/openapi.json', (_request, response) => {
    stateOf(response).route = '/openapi.json';
    openApi ??= JSON.stringify(buildOpenApi(routes, version));
    response.type('json').set('Cache-Control', 'no-cache').send(openApi);
  });
  app.use(
    '/static',
    named('/static/*'),
    express.static(staticFolder, { index: false, redirect: false, maxAge: 0 }),
  );
  app.use('/docs', named('/docs/*'), (request, response, next) => {
    const file = swaggerFiles.find((name) => request.path === `/${name}`);
    if (file === undefined || request.method !== 'GET') next();
    else response.sendFile(file, { root: swaggerFolder, maxAge: '1d' });
  });
}

function named(route: string): RequestHandler {
  return (_request, response, next) => {
    stateOf(response).route = route;
    next();
  };
}

function sendPage(response: Response, route: string, file: string): void {
  stateOf(response).route = route;
  response.sendFile(file, {
    root: staticFolder,
    cacheControl: false,
    headers: { 'Cache-Control': 'no-cache' },
  });
}
