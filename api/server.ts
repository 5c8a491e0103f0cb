/** The HTTP server: security headers, sign-in, the API, the page. Knows no wire and no hardware: both come as ports. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import express from 'express';
import type { Express } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { ApplianceError } from '../infra/errors.ts';
import { authenticate, login, logout } from './auth.ts';
import { consoleRouter } from './console/serve.ts';
import { problemHandler } from './errors.ts';
import { describeApi } from './openapi.ts';
import { mount, route } from './route.ts';
import type { ApiDeps, Route } from './route.ts';
import { aeRoutes } from './routes/aes.ts';
import { commitmentRoutes } from './routes/commitments.ts';
import { sendRoutes } from './routes/sends.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { discRoutes } from './routes/discs.ts';
import { healthRoutes } from './routes/health.ts';
import { orderRoutes } from './routes/orders.ts';
import { remoteRoutes } from './routes/remote.ts';
import { robotRoutes } from './routes/robots.ts';
import { ruleRoutes } from './routes/rules.ts';
import { studyRoutes } from './routes/studies.ts';
import { viewerRoutes } from './routes/viewers.ts';
import { teachingRoutes } from './routes/teaching.ts';

/** The description is a route as well, and stands in itself. */
function describing(): Route {
  return route({
    method: 'get', path: '/openapi.json', tag: 'health', summary: 'This description', status: 200, answer: z.record(z.string(), z.unknown()),
    run: ({ deps }) => Promise.resolve(describeApi(ROUTES, deps.appliance.version)),
  });
}

/** Every route below /api/v1, in the order in which they are mounted. */
export const ROUTES: readonly Route[] = [...healthRoutes, ...studyRoutes, ...orderRoutes, ...attachmentRoutes, ...ruleRoutes, ...discRoutes, ...remoteRoutes, ...commitmentRoutes, ...sendRoutes, ...robotRoutes, ...aeRoutes, ...viewerRoutes, ...teachingRoutes, describing()];

/** The Express application, ready to listen. */
export const createApp = (deps: ApiDeps): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'"], connectSrc: ["'self'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] } },
    referrerPolicy: { policy: 'no-referrer' }, strictTransportSecurity: false,
  }));
  const auth = { sessions: deps.catalog.sessions, token: deps.token, now: deps.now };
  app.get('/login', login(auth));
  app.post('/logout', logout(auth));

  const api = express.Router();
  api.use((_request, response, next) => { response.set('cache-control', 'no-store'); next(); });
  mount(api, ROUTES.filter((row) => row.isPublic), deps);
  api.use(authenticate(auth));
  api.use(express.json({ limit: '1mb' }));
  mount(api, ROUTES.filter((row) => !row.isPublic), deps);
  api.use(() => { throw new ApplianceError('API_NOT_FOUND', 'no such resource'); });
  app.use('/api/v1', api);
  app.use(consoleRouter({ aeTitle: deps.appliance.aeTitle, temporalUi: deps.appliance.temporalUi, takesCopies: deps.copies.takesCopies }));
  app.use(() => { throw new ApplianceError('API_NOT_FOUND', 'no such page'); });
  app.use(problemHandler(deps.log));
  return app;
};

/** Listens and answers the server. @throws CONFIG_PORT_TAKEN */
export const listen = (app: Express, host: string, port: number): Promise<Server> => new Promise((resolve, reject) => {
  const server = createServer(app);
  server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new ApplianceError('CONFIG_PORT_TAKEN', `port ${port} is taken (setting SPINDLE_HTTP_PORT)`, { details: { port } }) : error));
  server.listen(port, host, () => resolve(server));
});
