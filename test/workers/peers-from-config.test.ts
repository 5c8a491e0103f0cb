import { describe, expect, it } from 'vitest';
import { findPeer } from '../../workers/peers-from-config.ts';

describe('peers as destinations', () => {
  const find = findPeer([
    { name: 'a', aeTitle: 'PACS', host: 'pacs.example', port: 104 },
    { name: 'b', aeTitle: 'FAST', host: '10.0.0.2', port: 11112, associations: 99, tls: true },
    { name: 'c', aeTitle: 'CT1' },
    { name: 'd', aeTitle: 'PACS', host: 'other.example', port: 104 },
    { name: 'e', aeTitle: 'WORDS', host: 'x.example', port: '104' },
  ]);

  it('are found by title, with two associations unless told', async () => {
    expect(await find('PACS')).toEqual({ aeTitle: 'PACS', host: 'pacs.example', port: 104, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [] });
    expect(await find('FAST')).toMatchObject({ maxAssociations: 16, tls: true });
  });

  it('are none where no address is known', async () => {
    for (const title of ['CT1', 'WORDS', 'NOBODY', 'pacs']) expect(await find(title)).toBeUndefined();
  });
});
