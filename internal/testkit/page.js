// What the verbs of a Page ask of the document. Sent before each question, because the
// document may be a new one. Nothing of it stays: it is the value of one expression.
(() => {
	const plain = (s) => (s || "").replace(/\s+/g, " ").trim();
	const visible = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0;

	// The innermost part of the page that holds the text and is a thing of its own.
	const parts = "li,tr,article,section,fieldset,form,dialog,details,nav,main,[role=group],[role=region]";
	const root = (scope) => {
		if (!scope) return document.body;
		const holding = [...document.querySelectorAll(parts)].filter((el) => visible(el) && plain(el.innerText).includes(plain(scope)));
		return holding.find((el) => !holding.some((other) => other !== el && el.contains(other))) || null;
	};

	const byIds = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent).join(" ");
	const labelText = (label) => {
		const copy = label.cloneNode(true);
		copy.querySelectorAll("select,textarea,[data-hint]").forEach((el) => el.remove());
		return plain(copy.textContent);
	};
	const names = (el) => [
		...[...(el.labels || [])].map(labelText),
		el.hasAttribute("aria-labelledby") ? plain(byIds(el.getAttribute("aria-labelledby"))) : "",
		plain(el.getAttribute("aria-label")),
		el.matches("input[type=submit],input[type=button]") ? plain(el.value) : "",
		el.matches("a,button,summary,[role=button],[role=tab],[role=menuitem]") ? plain(el.innerText) : "",
	].filter(Boolean);

	const kinds = {
		field: "input:not([type=hidden]):not([type=submit]):not([type=button]),select,textarea",
		button: "button,input[type=submit],input[type=button],summary,[role=button],[role=tab]",
		link: "a[href],[role=menuitem]",
	};
	// A whole name wins over the beginning of one; the main part wins over the navigation.
	const find = (kind, name, scope) => {
		const within = root(scope);
		if (!within) return { error: `no part of the page holds ${JSON.stringify(scope)}` };
		const all = [...within.querySelectorAll(kinds[kind])].filter((el) => visible(el) || [...(el.labels || [])].some(visible));
		const wanted = plain(name);
		for (const fits of [(n) => n === wanted, (n) => n.toLowerCase() === wanted.toLowerCase(), (n) => n.startsWith(wanted)]) {
			const found = all.filter((el) => names(el).some(fits));
			if (found.length) return { el: found.find((el) => el.closest("main")) || found[0] };
		}
		const there = all.flatMap((el) => names(el)[0] || []).slice(0, 40);
		return { error: `no ${kind} ${JSON.stringify(name)}; there are: ${there.join(" · ") || "none"}` };
	};

	// Where to press: a point that belongs to the element or to its label.
	const point = (el) => {
		if (el.disabled) return { error: "it is disabled" };
		for (const target of [el, ...(el.labels || [])]) {
			target.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
			for (const box of target.getClientRects()) {
				const x = box.left + box.width / 2, y = box.top + box.height / 2;
				const hit = document.elementFromPoint(x, y);
				if (hit && (target.contains(hit) || hit.contains(target) && hit.matches("a,button,label"))) return { x, y };
			}
		}
		return { error: "something covers it" };
	};

	return {
		point: (kind, name, scope) => {
			const { el, error } = find(kind, name, scope);
			return error ? { error } : { ...point(el), checked: !!el.checked };
		},
		// Focus for typing; a field that is not typed into gets its value at once.
		fill: (name, value, scope) => {
			const { el, error } = find("field", name, scope);
			if (error) return { error };
			if (el.disabled || el.readOnly) return { error: `the field ${JSON.stringify(name)} can't be changed` };
			if (["checkbox", "radio", "file"].includes(el.type)) return { error: `${JSON.stringify(name)} is a ${el.type}` };
			el.scrollIntoView({ block: "center", behavior: "instant" });
			el.focus();
			if (el.tagName === "SELECT") {
				const option = [...el.options].find((o) => plain(o.text) === plain(value)) || [...el.options].find((o) => o.value === value);
				if (!option) return { error: `${JSON.stringify(name)} offers no ${JSON.stringify(value)}: ${[...el.options].map((o) => plain(o.text)).join(" · ")}` };
				el.value = option.value;
			} else if (["date", "time", "month", "week", "datetime-local", "color", "range"].includes(el.type)) {
				el.value = value;
				if (el.value !== value) return { error: `${JSON.stringify(value)} is no ${el.type}` };
			} else {
				el.select();
				if (value) return { type: true };
				document.execCommand("delete");
			}
			el.dispatchEvent(new Event("input", { bubbles: true }));
			el.dispatchEvent(new Event("change", { bubbles: true }));
			return {};
		},
		value: (name, scope) => {
			const { el, error } = find("field", name, scope);
			return error ? { error } : { value: el.value };
		},
		text: (scope) => {
			const within = root(scope);
			return within ? plain(within.innerText) : "";
		},
		// Quiet: loaded, and no fragment of it under way.
		quiet: () => document.readyState === "complete" && !document.querySelector(".htmx-request,.htmx-swapping,.htmx-settling"),
	};
})()
