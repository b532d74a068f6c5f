// While something on the page is still being worked on, that part of the page is fetched anew and put in place.
const pause_ms = 400;

async function refresh(part) {
  while (part.dataset.open !== '0') {
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
    const answer = await fetch(location.href).catch(() => undefined); // A server that is away for a moment is asked again.
    if (!answer?.ok) continue;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector(`[data-refresh="${part.dataset.refresh}"]`);
    if (!fresh) return;
    part.replaceWith(fresh);
    part = fresh;
  }
}

for (const part of document.querySelectorAll('[data-refresh]')) void refresh(part);
