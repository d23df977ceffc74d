// Everything is asked for relative to the page, so that it works at any path.
const show = (id, text) => (document.getElementById(id).textContent = text);

function countFiles() {
  const style = getComputedStyle(document.documentElement);
  const sheets = Array.from(document.styleSheets).filter((_, n) => style.getPropertyValue(`--sheet-${n}`) !== '');
  const pictures = Array.from(document.images).filter((image) => image.complete && image.naturalWidth > 0);
  show('files', `${sheets.length} style sheets, ${globalThis.modules.size} modules, ${pictures.length} pictures`);
}

async function askApi() {
  const greeting = await (await fetch('api/greeting?name=hub')).json();
  const sum = await fetch('api/sum', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ numbers: [1, 2, 3] }),
  });
  show('api', `${greeting.greeting}: ${(await sum.json()).sum}`);
}

function listen() {
  const events = new EventSource('events');
  events.addEventListener('tick', ({ data }) => show('events', `${JSON.parse(data).count}`));
  events.addEventListener('error', () => show('events', 'lost'));
}

function talk() {
  const socket = new WebSocket(new URL('echo', location.href));
  socket.addEventListener('open', () => show('socket', 'open'));
  socket.addEventListener('close', () => show('socket', 'closed'));
  socket.addEventListener('message', ({ data }) => {
    const echo = document.createElement('li');
    echo.textContent = data;
    document.getElementById('echoes').append(echo);
  });
  document.getElementById('talk').addEventListener('submit', (event) => {
    event.preventDefault();
    socket.send(document.getElementById('words').value);
  });
}

async function upload(file) {
  const answer = await fetch('upload', { method: 'PUT', body: file });
  const { bytes, sha256 } = await answer.json();
  show('upload', `${bytes} ${sha256}`);
}

function offerUpload() {
  document.getElementById('file').addEventListener('change', ({ target }) => {
    upload(target.files[0]).catch((error) => show('upload', `failed: ${error.message}`));
  });
}

addEventListener('load', countFiles);
listen();
talk();
offerUpload();
await askApi();
