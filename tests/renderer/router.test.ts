import './runes.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const { Router } = await import('../../renderer/frame/router.svelte.ts');

describe('which view is shown', () => {
  it('is the one that somebody goes to at once, before the page hears of its address', () => {
    const page = { location: { hash: '' } } as Window;
    const router = new Router(page);
    assert.equal(router.place, 'queue');
    router.go('search', { item: '7' });
    assert.deepEqual([page.location.hash, router.place, router.asked.get('item')], ['#/search?item=7', 'search', '7']);
  });

  it('is not asked for again by the word of an address that is obeyed already', () => {
    const page = { location: { hash: '#/search?text=a' } } as Window;
    const router = new Router(page);
    const { asked } = router;
    router.read();
    assert.equal(router.asked, asked);
    page.location.hash = '#/nobody';
    router.read();
    assert.deepEqual([router.place, router.asked.size], ['nowhere', 0]);
  });
});
