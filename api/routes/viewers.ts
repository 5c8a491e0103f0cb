/** The installed viewers: list, look at, switch on and off, remove. Installing is done at the machine: npm run viewer. */
import { z } from 'zod';
import type { InstalledViewer } from '../../disc/viewers/installed-viewer.ts';
import type { ViewerShelf } from '../../disc/viewers/viewer-shelf.ts';
import { route } from '../route.ts';
import type { Call, Route } from '../route.ts';
import * as schemas from '../schemas.ts';

const shown = ({ viewer: { manifest, files, bytes, digest }, isEnabled, installedAt }: InstalledViewer): z.input<typeof schemas.Viewer> => ({
  id: manifest.id, version: manifest.version, name: manifest.name, homepage: manifest.homepage, licence: manifest.licence.name, platforms: manifest.platforms,
  startsByItself: manifest.autorun !== undefined, needsLongNames: manifest.needsLongNames, confirmed: manifest.confirmed, unconfirmed: manifest.unconfirmed,
  files: files.length, bytes, digest, isEnabled, installedAt: installedAt.toISOString(),
});

const named = (params: Readonly<Record<string, string>>): readonly [id: string, version: string] => [params['id'] ?? '', params['version'] ?? ''];

/** Looked at again as a whole: what is wrong now is told with it. */
const withFindings = async (shelf: ViewerShelf, id: string, version: string): Promise<z.input<typeof schemas.ViewerDetail>> => ({ viewer: shown(await shelf.one(id, version)), findings: [...await shelf.recheck(id, version)] });

export const viewerRoutes: readonly Route[] = [
  route({ method: 'get', path: '/viewers', tag: 'viewers', summary: 'Installed viewers by id, the newest version first', status: 200, answer: z.object({ viewers: z.array(schemas.Viewer) }), run: async ({ deps }) => ({ viewers: (await deps.viewers.all()).map(shown) }) }),
  route({
    method: 'get', path: '/viewers/:id/:version', tag: 'viewers', summary: 'One viewer, its files checked again', status: 200, answer: schemas.ViewerDetail,
    run: ({ deps, params }) => withFindings(deps.viewers, ...named(params)),
  }),
  route({
    method: 'put', path: '/viewers/:id/:version', tag: 'viewers', summary: 'Switch a viewer on or off for new discs', status: 200, body: schemas.ChangeViewer, answer: schemas.Viewer,
    run: async ({ deps, params, body }: Call<z.output<typeof schemas.ChangeViewer>, undefined>) => shown(await deps.viewers.enable(...named(params), body.isEnabled)),
  }),
  route({
    method: 'delete', path: '/viewers/:id/:version', tag: 'viewers', summary: 'Remove a viewer; discs that held it are then made again without it or with another version', status: 204,
    run: ({ deps, params }) => deps.viewers.remove(...named(params)),
  }),
];
