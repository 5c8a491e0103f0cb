import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, isPortFree, requirePort } from '../../infra/ports.ts';

describe('ports', () => {
  it('names port and setting when another program listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const { port } = server.address() as AddressInfo;
    await expect(requirePort('httpPort', '127.0.0.1', port)).rejects.toMatchObject({ code: 'CONFIG_PORT_TAKEN', details: { setting: 'httpPort', port }, message: expect.stringContaining(String(port)) as string });
    await new Promise((resolve) => { server.close(resolve); });
    await requirePort('httpPort', '127.0.0.1', port);
  });

  it('says when the address is not one of this machine', async () => {
    await expect(requirePort('dicomPort', '192.0.2.1', 11112)).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { setting: 'dicomPort' } });
  });

  it('finds a port that is free', async () => {
    expect(await isPortFree('127.0.0.1', await freePort())).toBe(true);
  });
});
