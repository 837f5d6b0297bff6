import { describe, expect, it } from 'vitest';
import { createAddressPolicy, sameAddress } from './address-policy.ts';

const strict = createAddressPolicy({ allowPrivate: false, allowedPrivate: ['127.0.0.0/8'] });

describe('address policy', () => {
  it.each([
    ['0.0.0.0'],
    ['0.1.2.3'],
    ['10.0.0.1'],
    ['100.64.0.1'],
    ['100.127.255.254'],
    ['127.0.0.1'],
    ['127.255.255.254'],
    ['169.254.1.1'],
    ['172.16.0.1'],
    ['172.31.255.255'],
    ['192.0.0.8'],
    ['192.0.2.1'],
    ['192.31.196.1'],
    ['192.52.193.1'],
    ['192.88.99.1'],
    ['192.168.1.1'],
    ['192.175.48.1'],
    ['198.18.0.1'],
    ['198.51.100.7'],
    ['203.0.113.9'],
    ['224.0.0.1'],
    ['239.255.255.250'],
    ['240.0.0.1'],
    ['255.255.255.255'],
    ['::'],
    ['::1'],
    ['::7f00:1'],
    ['::ffff:127.0.0.1'],
    ['::ffff:10.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['64:ff9b::a00:1'],
    ['64:ff9b:1::102:304'],
    ['100::1'],
    ['2001::1'],
    ['2001:0:7f00:1::1'],
    ['2001:2::1'],
    ['2001:10::1'],
    ['2001:20::1'],
    ['2001:db8::1'],
    ['2002:7f00:1::1'],
    ['2002:a00:1::1'],
    ['3fff::1'],
    ['5f00::1'],
    ['4000::1'],
    ['fc00::1'],
    ['fd12:3456::1'],
    ['fe80::1'],
    ['fe80::1%eth0'],
    ['fec0::1'],
    ['ff02::1'],
    ['not an address'],
    [''],
  ])('refuses %s', (address) => {
    expect(strict.judge(address)).toBe('private-address');
  });

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '168.63.129.16',
    '100.100.100.200',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
  ])('knows %s as a metadata service', (address) => {
    expect(strict.judge(address)).toBe('metadata');
  });

  it.each([
    '1.1.1.1',
    '41.248.0.1',
    '100.63.255.255',
    '172.32.0.1',
    '2606:4700::1111',
    '64:ff9b::101:101',
    '::ffff:1.1.1.1',
  ])('allows %s', (address) => {
    expect(strict.judge(address)).toBe('allowed');
    expect(strict.isException(address)).toBe(false);
  });

  it('opens only the listed networks, and only where exceptions are allowed at all', () => {
    const demo = createAddressPolicy({
      allowPrivate: true,
      allowedPrivate: ['127.0.0.0/8', '::1/128', '169.254.0.0/16'],
    });
    expect(demo.judge('127.0.0.1')).toBe('allowed');
    expect(demo.judge('::ffff:127.0.0.1')).toBe('allowed');
    expect(demo.judge('::1')).toBe('allowed');
    expect(demo.isException('127.0.0.1')).toBe(true);
    expect(demo.judge('10.0.0.1')).toBe('private-address');
    expect(demo.judge('169.254.169.254')).toBe('metadata');
    expect(createAddressPolicy({ allowPrivate: true }).judge('127.0.0.1')).toBe('private-address');
  });

  it('refuses what is listed as denied though public', () => {
    const own = createAddressPolicy({ allowPrivate: false, denied: ['41.248.0.0/16'] });
    expect(own.judge('41.248.0.1')).toBe('private-address');
    expect(own.judge('41.249.0.1')).toBe('allowed');
  });

  it('compares addresses across notations', () => {
    expect(sameAddress('::ffff:127.0.0.1', '127.0.0.1')).toBe(true);
    expect(sameAddress('2001:db8:0::1', '2001:db8::1')).toBe(true);
    expect(sameAddress('127.0.0.1', '127.0.0.2')).toBe(false);
  });
});
