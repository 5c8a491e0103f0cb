/** The description of the API, printed from its routes and schemas. @source OpenAPI 3.1.1 */
import { z } from 'zod';
import type { Route } from './route.ts';
import * as schemas from './schemas.ts';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): unknown => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return rest;
};

const parametersOf = (row: Route): readonly unknown[] => {
  const path = [...row.path.matchAll(/:(\w+)/g)].map((match) => ({ name: match[1], in: 'path', required: true, schema: { type: 'string' } }));
  const query = row.query ? schemaOf(row.query, 'input') as { properties?: Record<string, unknown>; required?: string[] } : {};
  const fromQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({ name, in: 'query', required: query.required?.includes(name) ?? false, schema }));
  const headers = (row.headers ?? []).map(({ name, text }) => ({ name, in: 'header', required: false, description: text, schema: { type: 'string' } }));
  return [...path, ...fromQuery, ...headers];
};

/** The whole document. */
export const describeApi = (routes: readonly Route[], version: string): unknown => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const row of routes) {
    const path = row.path.replace(/:(\w+)/g, '{$1}');
    const answer = row.produces ? { content: { [row.produces]: { schema: { type: 'string' } } } } : row.answer ? { content: { 'application/json': { schema: schemaOf(row.answer, 'output') } } } : {};
    (paths[path] ??= {})[row.method] = {
      summary: row.summary, tags: [row.tag], operationId: `${row.method}${path.replace(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, '')}`,
      parameters: parametersOf(row), ...(row.isPublic ? { security: [] } : {}),
      ...(row.body ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(row.body, 'input') } } } } : {}),
      responses: { [row.status]: { description: row.summary, ...answer }, ...(row.repeatStatus ? { [row.repeatStatus]: { description: 'The same key was used before: what was made then', ...answer } } : {}), default: { description: 'Problem', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } } },
    };
  }
  return {
    openapi: '3.1.1', info: { title: 'Spindle', version, description: 'Orders, discs, rules and robots of a disc-publishing appliance.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }], security: [{ token: [] }, { session: [] }], paths,
    components: { schemas: { Problem: schemaOf(schemas.Problem, 'output') }, securitySchemes: { token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'spindle_session' } } },
  };
};
