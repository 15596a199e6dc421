// A long job: how far it is, with a way to stop it, until it is over.
import {el, fill} from './dom.js';
import {get, remove} from './api.js';
import {button, say} from './parts.js';
import {number} from './words.js';

const LOOK_AGAIN_MS = 600;

// Shows it at this place, and gives the job when it is over; null when the place was left. what: "leads judged".
export async function follow(place, id, what) {
  const said = el('p', {role: 'status'}, 'Waiting for its turn');
  const bar = el('progress', {max: 1, 'aria-label': what});
  fill(place, said, bar, el('div.actions', button('Stop it', () => remove(`/v1/jobs/${id}`).catch((error) => say(error.message, 'bad')))));
  for (;;) {
    const job = await get(`/v1/jobs/${id}`);
    if (!place.isConnected) return null;
    if (job.state !== 'queued' && job.state !== 'running') return job;
    const {done, total} = job.progress;
    if (total > 0 && job.state === 'running') {
      bar.max = Math.max(done, total);
      bar.value = done;
      said.textContent = `${number(done)} of about ${number(total)} ${what}`;
    }
    await new Promise((next) => setTimeout(next, LOOK_AGAIN_MS));
  }
}
