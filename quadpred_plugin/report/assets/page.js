"use strict";

// What a key does to the position, in seconds; a step is a column of the taggram.
const KEYS = {
  ArrowLeft: (at, step) => at - step,
  ArrowDown: (at, step) => at - step,
  ArrowRight: (at, step) => at + step,
  ArrowUp: (at, step) => at + step,
  PageDown: (at) => at - 10,
  PageUp: (at) => at + 10,
  Home: () => 0,
  End: () => Infinity,
};

function clock(seconds) {
  const whole = Math.floor(seconds);
  const pair = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${pair(minutes)}:${pair(rest)}` : `${minutes}:${pair(rest)}`;
}

function signed(value) {
  const text = value.toFixed(2).replace("-", "−");
  return value > 0.005 ? `+${text}` : text.replace("−0.00", "0.00");
}

// One at a time: a page of several tracks isn't a choir.
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
    this.at = 0;
    this.listen(article);
    for (const element of article.querySelectorAll("[hidden]")) element.removeAttribute("hidden");
    this.show();
  }

  listen(article) {
    this.seek.addEventListener("input", () => this.go(Number(this.seek.value)));
    this.seek.addEventListener("keydown", (event) => this.press(event));
    for (const [index, button] of this.segments.entries()) {
      button.disabled = false;
      button.addEventListener("click", () => this.go(this.data.segments[index]));
    }
    for (const block of article.querySelectorAll(".lane.segments rect")) {
      block.addEventListener("click", () => this.go(Number(block.dataset.start)));
    }
    if (!this.audio) return;
    this.audio.removeAttribute("controls");
    this.play.addEventListener("click", () => this.toggle());
    for (const name of ["play", "pause", "ended"]) {
      this.audio.addEventListener(name, () => this.change());
    }
    this.audio.addEventListener("error", () => {
      this.play.disabled = true;
      this.play.lastElementChild.textContent = "No sound: this browser can't play it";
    });
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " " && this.audio) {
      this.toggle();
    } else if (Object.hasOwn(KEYS, event.key)) {
      this.go(KEYS[event.key](this.at, this.data.hop));
    } else {
      return;
    }
    event.preventDefault();
  }

  toggle() {
    if (this.audio.paused) this.audio.play();
    else this.audio.pause();
  }

  change() {
    const sounds = !this.audio.paused;
    this.play.classList.toggle("playing", sounds);
    this.play.lastElementChild.textContent = sounds ? "Pause" : "Play";
    if (!sounds) return;
    if (playing && playing !== this) playing.audio.pause();
    playing = this;
    this.follow();
  }

  follow() {
    this.at = Math.min(this.audio.currentTime, this.data.duration);
    this.show();
    if (!this.audio.paused) requestAnimationFrame(() => this.follow());
  }

  go(seconds) {
    this.at = Math.min(Math.max(seconds, 0), this.data.duration);
    if (this.audio) this.audio.currentTime = this.at;
    this.show();
  }

  show() {
    const { data } = this;
    const column = Math.floor((this.at - data.start) / data.hop + 1e-6);
    const index = Math.min(Math.max(column, 0), data.arousal.length - 1);
    this.seek.value = this.at;
    this.cursor.style.left = `${(100 * this.at) / data.duration}%`;
    this.time.textContent = clock(this.at);
    this.point.setAttribute("cx", data.valence[index]);
    this.point.setAttribute("cy", -data.arousal[index]);
    this.past.setAttribute("d", this.path.slice(0, index + 1).join("L"));
    const chances = data.quadrants[index];
    const best = chances.indexOf(Math.max(...chances));
    const words = [
      `${Math.round(100 * chances[best])}\u2009%`,
      `arousal ${signed(data.arousal[index])}`,
      `valence ${signed(data.valence[index])}`,
    ];
    const name = data.names[best];
    this.now.firstElementChild.className = `chip ${name.toLowerCase()}`;
    this.now.firstElementChild.textContent = name;
    this.now.lastElementChild.textContent = words.join(" · ");
    this.seek.setAttribute("aria-valuetext", `${clock(this.at)}, ${name} ${words.join(", ")}`);
    const current = data.segments.findLastIndex((start) => start <= this.at + 1e-6);
    for (const [number, button] of this.segments.entries()) {
      if (number === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}

function offerThemes(button) {
  const root = document.documentElement;
  const show = (dark) => {
    root.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
  };
  button.setAttribute("aria-pressed", String(matchMedia("(prefers-color-scheme: dark)").matches));
  button.addEventListener("click", () => show(button.getAttribute("aria-pressed") === "false"));
  button.hidden = false;
}

offerThemes(document.querySelector(".theme"));
for (const article of document.querySelectorAll(".track")) {
  if (article.querySelector(".data")) new Track(article);
}
