// Keeping the page: registers the service worker, offers a newer version and, where the browser can, installing.

import { byId, h } from './dom.js';
import { t } from './messages.js';

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** Starts what makes the page work without a network. The single file already does. */
export function startOffline(): void {
  const state = byId('offline');
  if (__SINGLE_FILE__) {
    state.dataset['t'] = 'offline.single';
    state.textContent = t('offline.single');
    return;
  }
  // Not served securely, there is none.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return;
  void workers.register('sw.js').then(watch, () => undefined);
  void workers.ready.then(() => {
    state.dataset['t'] = 'offline.ready';
    state.textContent = t('offline.ready');
  });
  offerInstall();
}

function watch(registration: ServiceWorkerRegistration): void {
  const offer = () => {
    if (registration.waiting && navigator.serviceWorker.controller) offerUpdate(registration.waiting);
  };
  offer();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer);
  });
}

function offerUpdate(waiting: ServiceWorker): void {
  const place = byId('update');
  place.replaceChildren(t('update.text'), ' ', h('button', { type: 'button', class: 'button', onclick: () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => { location.reload(); }, { once: true });
    waiting.postMessage('skip-waiting');
  } }, t('update.do')));
  place.hidden = false;
}

function offerInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    const button = h('button', { type: 'button', class: 'button' }, t('install.do'));
    button.addEventListener('click', () => {
      button.remove();
      void (event as InstallPrompt).prompt();
    });
    byId('offline').after(button);
  });
}
