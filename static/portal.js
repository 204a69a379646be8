// What a page gains when scripts run. Nothing here is needed for anything to
// work: every form submits and every link leads without it.
(() => {
  'use strict';

  // A page that comes back with faults starts at their list.
  const faults = document.querySelector('[data-error-summary]');
  if (faults) faults.focus();

  // Times are said in the reader's own zone, which a browser tells to scripts
  // alone: the next page has it.
  const known = document.documentElement.dataset.zone;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (known !== undefined && zone && zone !== known) {
    fetch('/browser-zone', { method: 'POST', body: new URLSearchParams({ zone }), keepalive: true });
  }

  // A page that the browser kept whole may show what is no longer so.
  window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload(); });

  // A choice that changes what is listed takes effect at once.
  document.addEventListener('change', (event) => {
    const control = event.target.closest('[data-submit-on-change]');
    if (control && control.form) control.form.requestSubmit();
  });

  // Copy buttons appear only where copying can work.
  if (navigator.clipboard) {
    for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;
    document.addEventListener('click', async (event) => {
      const button = event.target.closest('[data-copy]');
      if (!button) return;
      const source = document.getElementById(button.dataset.copy);
      await navigator.clipboard.writeText(source.textContent.trim());
      const label = button.querySelector('[data-copy-label]');
      const before = label.textContent;
      label.textContent = button.dataset.copied;
      setTimeout(() => { label.textContent = before; }, 2000);
    });
  }

  // A password is shown while its box is ticked, and never when it is sent, so
  // that no browser keeps it among what was typed.
  for (const box of document.querySelectorAll('[data-reveal]')) {
    const secret = document.getElementById(box.dataset.reveal);
    const show = () => { secret.type = box.checked ? 'text' : 'password'; };
    box.closest('[hidden]').hidden = false;
    box.addEventListener('change', show);
    secret.form.addEventListener('submit', () => { box.checked = false; show(); });
  }

  // A sent form can't be sent twice by an impatient thumb.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === 'post' && !form.matches('[hx-post]')) {
      form.dataset.sent = 'yes';
      setTimeout(() => { delete form.dataset.sent; }, 5000);
    }
  });

  // Words that came again unchanged are not read out again.
  document.addEventListener('htmx:oobBeforeSwap', (event) => {
    const { target, fragment } = event.detail;
    if (target.textContent === fragment.textContent) event.detail.shouldSwap = false;
  });

  // Staff walk a list with j and k and open with o, while the focus is in it:
  // anywhere else a single key belongs to the reader's own tools.
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
    const list = event.target.closest('.staff [data-rows]');
    if (!list) return;
    const rows = [...list.querySelectorAll('tbody tr')];
    if (!rows.length || !['j', 'k', 'o'].includes(event.key)) return;
    const at = rows.findIndex((row) => row.contains(event.target));
    if (event.key === 'o') {
      const link = at >= 0 && rows[at].querySelector('a[href]');
      if (link) link.click();
      return;
    }
    const next = event.key === 'j' ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0);
    if (at >= 0) rows[at].removeAttribute('data-here');
    rows[next].setAttribute('data-here', '');
    const link = rows[next].querySelector('a[href]');
    if (link) link.focus();
    rows[next].scrollIntoView({ block: 'nearest' });
  });
})();
