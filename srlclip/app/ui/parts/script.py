"""How the page moves: one small script of delegated listeners, since the page's HTML is replaced by every run.

Nothing here talks to a server. Marks that it reads: data-sc-event (shows that event's table), data-sc-seek and
data-sc-until (seconds in the file: a press goes there, and the element is marked while they play), data-sc-track (name
of a subtitle track), data-sc-hide-tour, data-sc-show-tour, data-sc-tour-tab (where a step is), data-sc-rove (arrow keys move between its buttons), data-sc-copy, data-sc-url.
"""

from __future__ import annotations

SCRIPT = """
(() => {
  if (window.scReady) return; window.scReady = true;
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  const glide = () => (calm() ? 'auto' : 'smooth');
  const play = (video) => { if (video) { const p = video.play(); if (p) p.catch(() => {}); } };
  const card = (node) => (node && node.closest ? node.closest('button.sc-card') : null);
  const clip = (node) => (card(node) ? card(node).querySelector('video') : null);
  const start = (event) => { const video = clip(event.target); if (video && video.paused && !calm()) play(video); };
  const stop = (event) => {
    const video = clip(event.target);
    if (!video || video.paused || card(video).contains(event.relatedTarget)) return;
    video.pause(); video.load();
  };
  document.addEventListener('pointerover', start); document.addEventListener('focusin', start);
  document.addEventListener('pointerout', stop); document.addEventListener('focusout', stop);

  // A list scrolls inside itself only, and never away from somebody who is using it.
  const reveal = (item) => {
    const list = item.closest('[data-sc-rove]');
    if (!list) return;
    const box = list.getBoundingClientRect(), at = item.getBoundingClientRect();
    list.scrollTo({
      left: list.scrollLeft + at.left + at.width / 2 - box.left - box.width / 2,
      top: list.scrollTop + at.top + at.height / 2 - box.top - box.height / 2, behavior: glide(),
    });
  };
  const main = (scope) => scope.querySelector('video.sc-main');
  const enter = (button) => {  // of the buttons in its list, Tab reaches this one
    const list = button.closest('[data-sc-rove]');
    if (list) list.querySelectorAll('button').forEach((b) => { b.tabIndex = b === button ? 0 : -1; });
  };
  const choose = (scope, chosen, pressed) => {
    scope.querySelectorAll('[data-sc-panel]').forEach((p) => { p.hidden = p.dataset.scPanel !== chosen; });
    scope.querySelectorAll('[data-sc-event]').forEach((b) => {
      const on = b.dataset.scEvent === chosen;
      b.setAttribute('aria-pressed', String(on));
      if (on) { enter(b); if (b !== pressed) reveal(b); }
    });
  };
  const seek = (scope, second) => {
    const video = main(scope);
    if (!video) return;
    video.currentTime = second; play(video);
    video.scrollIntoView({block: 'nearest', behavior: glide()});
  };

  // Subtitles: the choice outlives the run, so that another clip opens with the same ones.
  let track;
  const showTrack = (scope, name) => {
    const video = main(scope);
    if (video) for (const t of video.textTracks) t.mode = t.label === name ? 'showing' : 'disabled';
    pressTrack(scope, name);
  };
  const pressTrack = (scope, name) => scope.querySelectorAll('[data-sc-track]').forEach(
    (b) => b.setAttribute('aria-pressed', String(b.dataset.scTrack === name)));
  const scopeOf = (event) => {
    const video = event.target;
    return video.matches && video.matches('video.sc-main') ? video.closest('.sc-scope') : null;
  };
  // After a run. Gradio patches the page in place, so the player would keep the last clip's place and subtitle on
  // screen, and the lists their marks: the player is made anew, and the choice of subtitles applied to it.
  window.scRenew = () => document.querySelectorAll('.sc-scope:has([data-sc-track])').forEach((scope) => {
    const old = main(scope);
    if (old) {
      const fresh = old.cloneNode(true);
      if (track !== undefined) fresh.querySelectorAll('track').forEach((t) => { t.default = t.label === track; });
      old.pause(); old.replaceWith(fresh);
    }
    scope.querySelectorAll('[aria-current]').forEach((item) => item.removeAttribute('aria-current'));
    scope.querySelectorAll('[data-sc-rove]').forEach((list) => list.scrollTo({left: 0, top: 0, behavior: 'instant'}));
    if (track !== undefined) pressTrack(scope, track);
  });
  const follow = (event) => {
    const scope = scopeOf(event), video = event.target;
    if (!scope) return;
    if (scope.querySelector('[data-sc-track]')) {  // the player's own menu may have changed it
      const shown = [...video.textTracks].find((t) => t.mode === 'showing');
      pressTrack(scope, shown ? shown.label : '');
    }
    const now = video.currentTime + 0.02;
    scope.querySelectorAll('[data-sc-until]').forEach((b) => {
      const item = b.closest('tr') || b;
      const on = now >= Number(b.dataset.scSeek) && now < Number(b.dataset.scUntil);
      if (on === item.hasAttribute('aria-current')) return;
      if (!on) return item.removeAttribute('aria-current');
      item.setAttribute('aria-current', 'true');
      const list = b.closest('[data-sc-rove]');
      if (list && !video.paused && !list.contains(document.activeElement) && !list.matches(':hover')) reveal(item);
    });
  };
  for (const name of ['timeupdate', 'seeked', 'play']) document.addEventListener(name, follow, true);

  const STEPS = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity};
  document.addEventListener('keydown', (event) => {
    const list = event.target.closest ? event.target.closest('[data-sc-rove]') : null;
    if (!list || !(event.key in STEPS) || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = [...list.querySelectorAll('button')];
    const to = all[Math.min(Math.max(all.indexOf(event.target) + STEPS[event.key], 0), all.length - 1)];
    event.preventDefault(); enter(to); to.focus({preventScroll: true}); reveal(to);
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest ? event.target.closest('button') : null;
    if (!button) return;
    const scope = button.closest('.sc-scope'), data = button.dataset;
    if (scope && data.scEvent !== undefined) choose(scope, data.scEvent, button);
    if (scope && data.scSeek !== undefined) seek(scope, Number(data.scSeek));
    if (scope && data.scTrack !== undefined) { track = data.scTrack; showTrack(scope, track); }
    if (data.scCopy !== undefined) {
      const url = location.origin + location.pathname + '?' + data.scCopy;
      const done = (text) => { button.textContent = text; };
      if (!navigator.clipboard) return done(url);
      navigator.clipboard.writeText(url).then(() => done('Link copied'), () => done(url));
    }
  });
  // A pressed hit is marked, and the player shows it: on a narrow screen the player opens above the list and stays in sight.
  const stage = () => [...document.querySelectorAll('.sc-stage')].find((s) => s.closest('[role=tabpanel]'));
  document.addEventListener('click', (event) => {
    const at = event.target;
    if (!at.closest) return;
    if (at.closest('[data-sc-close]')) { stage().classList.remove('sc-stage-open'); main(stage()).pause(); return; }
    const hit = at.closest('.sc-column button.sc-card');
    if (!hit) return;
    hit.closest('.sc-columns').querySelectorAll('.sc-card[aria-current]').forEach((c) => c.removeAttribute('aria-current'));
    hit.setAttribute('aria-current', 'true');
    if (stage()) stage().classList.add('sc-stage-open');
  });
  // The open player covers no pressed hit, and none when its frames come later, unless the visitor has scrolled on.
  const clear = () => {
    const place = stage(), pressed = document.querySelector('.sc-column .sc-card[aria-current]');
    if (!place || !pressed || getComputedStyle(place).position !== 'sticky') return;
    const under = place.getBoundingClientRect(), card = pressed.getBoundingClientRect();
    if (under.width > innerWidth / 2 && card.top < under.bottom) scrollBy({top: card.top - under.bottom - 8, behavior: glide()});
  };
  let went = true;
  ['wheel', 'touchmove', 'keydown'].forEach((kind) => addEventListener(kind, () => { went = true; }, {passive: true}));
  const grows = new ResizeObserver(() => { if (!went) clear(); });
  window.scPlay = () => setTimeout(() => {  // Gradio draws after this call
    const place = stage(), video = place && main(place);
    if (!video) return;
    video.muted = true; video.currentTime = Number(video.closest('[data-sc-start]').dataset.scStart); play(video);
    went = false; grows.disconnect(); grows.observe(place);  // which looks at once, too
  }, 80);
  // The tour: its strip can be put away for good, and after a step the address and the player follow.
  const away = (off) => document.documentElement.classList.toggle('sc-no-tour', off);
  const remember = (value) => { try { localStorage.setItem('scTour', value); } catch (e) { /* private windows */ } };
  try { away(localStorage.getItem('scTour') === 'off'); } catch (e) { /* private windows */ }
  document.addEventListener('click', (event) => {
    const button = event.target.closest ? event.target.closest('[data-sc-hide-tour], [data-sc-show-tour]') : null;
    if (!button) return;
    const off = button.dataset.scHideTour !== undefined;
    away(off); remember(off ? 'off' : 'on');
    if (!off) window.scShow('.sc-tour');
  });
  window.scShow = (selector) => {
    const found = document.querySelector(selector);
    if (found) found.scrollIntoView({block: 'nearest', behavior: glide()});
  };
  window.scToured = () => {
    const strip = document.querySelector('[data-sc-tour-tab]');
    if (!strip) return;
    window.scUrl(strip.dataset.scTourTab); window.scRenew();
    const next = strip.querySelector('.sc-next'), at = document.activeElement;
    const lost = !at || at === document.body || at.matches('.sc-tour [data-sc-tour]:not(.sc-button)');
    if (next && lost) next.focus({preventScroll: true});  // the keyboard goes on at Next; who presses Back stays there
  };
  // Gradio calls its upload button otherwise than it reads: speech control could not press it by what one sees.
  const asItReads = () => document.querySelectorAll('button.upload-container[aria-label]').forEach(
    (b) => b.removeAttribute('aria-label'));
  new MutationObserver(asItReads).observe(document, {childList: true, subtree: true});

  // Until the address has been read (window.scOpened), or while Back is being answered, opening a tab must not rewrite it.
  // views: the tab inside a tab that was opened last, by the tab's name.
  const views = {};
  const addressed = () => {
    const named = new URLSearchParams(location.search);
    if (named.get('view')) views[named.get('tab')] = named.get('view');
  };
  addressed(); window.addEventListener('popstate', addressed);
  window.scUrl = (tab, view, unlessOpen) => {
    if (view && !(unlessOpen && views[tab])) views[tab] = view;
    if (!window.scOpened || window.scBack) return;
    const marker = document.querySelector('[data-sc-tab="' + tab + '"]');
    const inside = views[tab] ? '&view=' + encodeURIComponent(views[tab]) : '';
    const query = marker ? marker.dataset.scUrl : 'tab=' + tab + inside;
    const kept = new URLSearchParams(location.search).get('__theme');
    const next = location.pathname + '?' + query + (kept ? '&__theme=' + kept : '');
    const now = location.pathname + location.search;
    if (next === now) return;
    // a tab that has just been opened, and its result: one entry of the history
    if (new URLSearchParams(location.search).toString().replace(/&?__theme=\\w+/, '') === 'tab=' + tab)
      history.replaceState(null, '', next);
    else history.pushState(null, '', next);
  };
})();
"""
