import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../infra/config.ts';
import { fileAes } from '../../workers/aes-from-config.ts';

const aesOf = (peers: unknown): ReturnType<typeof fileAes> => fileAes(loadConfig({ env: { SPINDLE_PEERS: JSON.stringify(peers) }, home: '/nonexistent' }));

describe('AEs of the configuration file', () => {
  it('become entries of the registry, with what is not said by default', () => {
    expect(aesOf([{ name: 'archive', aeTitle: 'ARCHIVE', host: '10.0.0.1' }, { name: 'x', aeTitle: 'X', host: 'x', port: 2762, tls: true, services: ['query'], notes: 'said' }])).toEqual([
      { aeTitle: 'ARCHIVE', host: '10.0.0.1', port: 104, tls: false, services: ['store'], preferredTransferSyntaxes: [], maxAssociations: 2, notes: 'archive' },
      { aeTitle: 'X', host: 'x', port: 2762, tls: true, services: ['query'], preferredTransferSyntaxes: [], maxAssociations: 2, notes: 'said' },
    ]);
  });

  it('are refused together with every mistake, and with a title twice', () => {
    expect(() => aesOf([{ name: 'a', aeTitle: 'A' }, { name: 'b', aeTitle: 'B', host: 'b', port: 0, colour: 'red' }])).toThrow(/peers\[0\]\.host.*peers\[1\]\.port.*colour/);
    expect(() => aesOf([{ name: 'a', aeTitle: 'A', host: 'a' }, { name: 'b', aeTitle: 'A', host: 'b' }])).toThrow('peers[1].aeTitle: A stands there twice');
  });
});
