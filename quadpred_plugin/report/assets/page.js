// New position for each key, in seconds; a step is one column of the taggram.
const KEYS = {
  ArrowLeft: (position, step) => position - step,
  ArrowDown: (position, step) => position - step,
  ArrowRight: (position, step) => position + step,
  ArrowUp: (position, step) => position + step,
  PageDown: (position) => position - 10,
  PageUp: (position) => position + 10,
  Home: () => 0,
  End: () => Infinity,
};

// Only one track plays at a time.
let playing = null;

class Track {
  constructor(article) {
    const find = (selector) => article.querySelector(selector);
    this.data = JSON.parse(find(".data").textContent);
    this.audio = find("audio");
    this.play = find(".play");
    this.seek = find(".seek");
    this.cursor = find(".cursor");
    this.time = find(".time .present");
    this.now = find(".now");
    this.point = find(".plane .present");
    this.past = find(".past");
    this.path = find(".path").getAttribute("d").split("L");
    this.segments = [...article.querySelectorAll(".segment")];
    this.position = 0;
    this.addListeners(article);
    for (const element of article.querySelectorAll("[hidden]")) element.removeAttribute("hidden");
    this.show();
  }

  addListeners(article) {
    this.seek.addEventListener("input", () => this.seekTo(Number(this.seek.value)));
    this.seek.addEventListener("keydown", (event) => this.handleKey(event));
    for (const [index, button] of this.segments.entries()) {
      button.disabled = false;
      button.addEventListener("click", () => this.seekTo(this.data.segments[index]));
    }
    for (const block of article.querySelectorAll(".lane.segments rect")) {
      block.addEventListener("click", () => this.seekTo(Number(block.dataset.start)));
    }
    if (!this.audio) return;
    this.audio.removeAttribute("controls");
    this.play.addEventListener("click", () => this.togglePlayback());
    for (const name of ["play", "pause", "ended"]) {
      this.audio.addEventListener(name, () => this.updatePlayback());
    }
    this.audio.addEventListener("error", () => {
      this.play.disabled = true;
      this.play.lastElementChild.textContent = "No audio: this browser can't play MP3";
    });
  }

  handleKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " " && this.audio) {
      this.togglePlayback();
    } else if (Object.hasOwn(KEYS, event.key)) {
      this.seekTo(KEYS[event.key](this.position, this.data.hop));
    } else {
      return;
    }
    event.preventDefault();
  }

  togglePlayback() {
    if (this.audio.paused) this.audio.play();
    else this.audio.pause();
  }

  updatePlayback() {
    const isPlaying = !this.audio.paused;
    this.play.classList.toggle("playing", isPlaying);
    this.play.lastElementChild.textContent = isPlaying ? "Pause" : "Play";
    if (!isPlaying) return;
    if (playing && playing !== this) playing.audio.pause();
    playing = this;
    this.followPlayback();
  }

  followPlayback() {
    this.position = Math.min(this.audio.currentTime, this.data.duration);
    this.show();
    if (!this.audio.paused) requestAnimationFrame(() => this.followPlayback());
  }

  seekTo(seconds) {
    this.position = Math.min(Math.max(seconds, 0), this.data.duration);
    if (this.audio) this.audio.currentTime = this.position;
    this.show();
  }

  show() {
    const { data } = this;
    const column = Math.floor((this.position - data.start) / data.hop + 1e-6);
    const index = Math.min(Math.max(column, 0), data.arousal.length - 1);
    this.seek.value = this.position;
    this.cursor.style.left = `${(100 * this.position) / data.duration}%`;
    this.time.textContent = clock(this.position);
    this.point.setAttribute("cx", data.valence[index]);
    this.point.setAttribute("cy", -data.arousal[index]);
    this.past.setAttribute("d", this.path.slice(0, index + 1).join("L"));
    const probabilities = data.quadrants[index];
    const best = probabilities.indexOf(Math.max(...probabilities));
    const words = [
      `${Math.round(100 * probabilities[best])}\u2009%`,
      `arousal ${signed(data.arousal[index])}`,
      `valence ${signed(data.valence[index])}`,
    ];
    const name = data.names[best];
    this.now.firstElementChild.className = `chip ${name.toLowerCase()}`;
    this.now.firstElementChild.textContent = name;
    this.now.lastElementChild.textContent = words.join(" · ");
    this.seek.setAttribute("aria-valuetext", `${clock(this.position)}, ${name} ${words.join(", ")}`);
    const current = data.segments.findLastIndex((start) => start <= this.position + 1e-6);
    for (const [number, button] of this.segments.entries()) {
      if (number === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}

for (const article of document.querySelectorAll(".track")) {
  if (article.querySelector(".data")) new Track(article);
}
