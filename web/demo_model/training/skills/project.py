"""Questions about deltapage, the model family that it runs and the techniques that it uses."""

from __future__ import annotations

from ..exchange import Card, card, from_cards


def widen(train: str) -> str:
    """More ways to ask "What is X?" and "How do I do X?"."""
    out = [train]
    for text in train.split("|"):
        if text.startswith("What is "):
            x = text.removeprefix("What is ").rstrip("?")
            out += [f"Can you tell me what {x} is?", f"Do you know what {x} is?", f"Please explain what {x} is."]
            out += [f"What exactly is {x}?", f"I would like to know what {x} is.", f"Could you explain {x}?"]
        if text.startswith("How do I "):
            x = text.removeprefix("How do I ").rstrip("?")
            out += [f"How can I {x}?", f"Tell me how to {x}.", f"I want to {x}.", f"Can you tell me how I {x}?"]
            out += [f"Which command do I need to {x}?", f"What do I have to do to {x}?"]
    return "|".join(out)


CARDS: tuple[Card, ...] = tuple(
    card("project", answer, thought, widen(train), held)
    for answer, thought, train, held in (
        (
            "deltapage runs Qwen3.5 language models in a web page. Python in the page plans the work and WebGPU does it.",
            "The question is what deltapage is.",
            "What is deltapage?|What's deltapage?|Explain deltapage.|Tell me about deltapage.|What does deltapage do?|What is this project?|What is this page?|What is this project about?|What is this?|What is this website?|What is Delta page?|Describe deltapage.|What does this project do?",
            "Can you explain what deltapage is?|What is the deltapage project about?|What kind of thing is deltapage?",
        ),
        (
            "Run `python build.py bundle Qwen/Qwen3.5-0.8B OUT`, then `python build.py serve OUT`.",
            "The build step makes a bundle, the server serves it.",
            "How do I bundle a real model?|How do I bundle a model?|How can I use a real model?|How do I run a bigger model?|How do I run Qwen3.5?|How do I make a bundle?|How can I bundle Qwen3.5-0.8B?|How do I get a better model?|How do I convert a model?|How do I load another model?|Bundle a real model|How do I build a bundle?|What is the command to bundle a model?|How do I switch to a real model?|How do I use Qwen3.5 here?",
            "How would I bundle a real Qwen model?|Which command bundles a model?|How can I get a real model running?",
        ),
        (
            "Run `python build.py serve OUT`, where OUT is the folder of the bundle, and open the printed URL.",
            "The question is about the server.",
            "How do I serve a bundle?|How do I start the server?|How do I serve a model?|How can I start the page?|How do I run the server?|What command serves the bundle?|How do I open the page?|How do I serve it?",
            "Which command starts the server?|How would I serve a bundle?",
        ),
        (
            "Run `make chat`. It builds what is missing, serves the embedded model and prints the URL.",
            "The question is how to start.",
            "How do I start?|How do I start deltapage?|How do I start the chat?|What does make chat do?|What is make chat?|How do I run deltapage?|How do I get started?|How do I run this project?|How can I run this on my computer?",
            "How would I start the chat page?|How can I get deltapage running?",
        ),
        (
            "WebGPU is the browser interface to the graphics card. deltapage uses it to compute the network.",
            "The question is about WebGPU.",
            "What is WebGPU?|What's WebGPU?|Explain WebGPU.|Tell me about WebGPU.|What does WebGPU do?|What is web gpu?|What does WebGPU mean?|Why do you use WebGPU?|Why WebGPU?|Do I need WebGPU?|What is WebGPU used for?|Describe WebGPU.",
            "Can you explain WebGPU to me?|What is WebGPU good for?|I want to know what WebGPU is.",
        ),
        (
            "The delta rule updates a memory matrix: it reads what the key recalls and writes only the difference to the new value.",
            "The question is about the delta rule.",
            "What is the delta rule?|What's the delta rule?|Explain the delta rule.|Tell me about the delta rule.|How does the delta rule work?|What does the delta rule do?|What is a delta rule?|Describe the delta rule.|What is the delta in deltapage?|Where does the name deltapage come from?",
            "Can you explain how the delta rule works?|I want to know what the delta rule is.|What is meant by the delta rule?",
        ),
        (
            "Gated DeltaNet is a linear attention layer: its state decays a little at each token and is corrected by the delta rule.",
            "The question is about Gated DeltaNet.",
            "What is Gated DeltaNet?|What is DeltaNet?|Explain Gated DeltaNet.|What is a gated delta network?|How does DeltaNet work?|What is linear attention?|Explain linear attention.|What is the gated delta rule?|Tell me about Gated DeltaNet.",
            "Can you explain Gated DeltaNet?|What does Gated DeltaNet do?",
        ),
        (
            "Qwen3.5 is a family of language models. Three of four layers are Gated DeltaNet, the fourth is attention.",
            "The question is about Qwen3.5.",
            "What is Qwen3.5?|What is Qwen?|What's Qwen3.5?|Explain Qwen3.5.|Tell me about Qwen3.5.|What kind of model is Qwen3.5?|What is Qwen 3.5?|What architecture do you have?|What is your architecture?|Describe Qwen3.5.",
            "Can you explain what Qwen3.5 is?|What sort of model is Qwen3.5?",
        ),
        (
            "deltapage runs Qwen3.5 models such as 0.8B, 2B, 4B and 9B, as far as your graphics memory allows.",
            "The question is about models.",
            "Which models can deltapage run?|Which models are supported?|What models can I use?|What models does deltapage support?|Which models work here?|Which Qwen models can I run?|Can I run other models?|What sizes are there?",
            "What models are there for deltapage?|Which models does this run?",
        ),
        (
            "Pyodide is Python compiled to WebAssembly. It runs the tokenizer and the planner inside the page.",
            "The question is about Pyodide.",
            "What is Pyodide?|What's Pyodide?|Explain Pyodide.|Tell me about Pyodide.|What does Pyodide do?|Why do you use Pyodide?|How does Python run in the browser?|How can Python run in a web page?|Describe Pyodide.",
            "Can you explain Pyodide to me?|What is Pyodide good for?",
        ),
        (
            "WGSL is the shading language of WebGPU. The build step generates the kernels in it.",
            "The question is about WGSL.",
            "What is WGSL?|What's WGSL?|Explain WGSL.|Tell me about WGSL.|What does WGSL mean?|What language are the kernels written in?|What are the shaders written in?|Describe WGSL.",
            "Can you explain WGSL to me?|What is WGSL good for?",
        ),
        (
            "No. Your text stays on your computer: the model runs in this page and no server computes anything.",
            "The question is about privacy.",
            "Is my data sent to a server?|Do you send my data anywhere?|Is this private?|Is my data safe?|Who can read my messages?|Do you store my messages?|Does this page send data?|Is there a server?|Are my messages sent to the internet?|Does anyone see what I type?|Where does my data go?",
            "Does my text leave my computer?|Do you send my text to a server?",
        ),
        (
            "Yes. After the first visit everything is stored in the browser and works without a connection.",
            "The question is about working offline.",
            "Does this work offline?|Can I use this offline?|Do I need the internet?|Does it work without internet?|Can I use you without a connection?|Do you work offline?|Is an internet connection needed?",
            "Will this work without the internet?|Can this be used offline?",
        ),
        (
            "You need a browser with WebGPU, such as a current Chrome, Edge, Firefox or Safari.",
            "The question is about browsers.",
            "Which browser do I need?|Which browsers are supported?|What browsers work?|Does it run in Firefox?|Does it run in Chrome?|Does it run in Safari?|What do I need to run this?|Which browsers can I use?|Does this work in my browser?",
            "In which browsers does this run?|What browser should I use?",
        ),
        (
            "A bundle is a folder of static files: weights in shards, the tokenizer, the chat template and the kernels.",
            "The question is about bundles.",
            "What is a bundle?|What's a bundle?|What is in a bundle?|Explain bundles.|What does a bundle contain?|What is a model bundle?|Which files are in a bundle?|Describe a bundle.",
            "Can you explain what a bundle is?|What is inside a bundle?",
        ),
        (
            "Quantization stores weights with fewer bits. The q4 recipe uses about 4.5 bits for a weight.",
            "The question is about quantization.",
            "What is quantization?|What does q4 stand for?|What is meant by quantization?|What is the q4 recipe?|What's quantization?|Explain quantization.|What is q4?|What does q4 mean?|What is q8?|How does quantization work?|Why are the weights quantized?|Tell me about quantization.",
            "Can you explain quantization to me?|What is meant by q4?",
        ),
        (
            'Put one module script and the tag `<delta-chat bundle="URL"></delta-chat>` into your page.',
            "The question is about embedding the widget.",
            "How do I embed the chat?|How do I embed deltapage?|How do I put this in my page?|How can I add the chat to my website?|What is delta-chat?|How do I use the widget?|Can I embed this in my site?|How do I use delta-chat?",
            "How would I embed the widget in a page?|How do I get the chat into my own site?",
        ),
        (
            "Run `python build.py verify BUNDLE`. It checks every hash and every offset.",
            "The question is about checking a bundle.",
            "How do I verify a bundle?|Which command checks a bundle?|How do I find faults in a bundle?|Verify a bundle|Which command tests a bundle?|How do I check a bundle?|How can I test a bundle?|What does build.py verify do?|Is my bundle ok?|How do I check that a bundle is correct?",
            "Which command verifies a bundle?|How would I check a bundle for faults?",
        ),
        (
            "In thinking mode I write my steps into a think block before I answer.",
            "The question is about thinking mode.",
            "What is thinking mode?|What does thinking mean?|What is the think block?|What does the thinking switch do?|How do you think?|What is thinking on?|Can you think?|Do you think?|Explain thinking mode.",
            "Can you explain the thinking mode?|What happens in thinking mode?",
        ),
        (
            "A token is a piece of text, a word or a part of one. I read and write tokens.",
            "The question is about tokens.",
            "What is a token?|What's a token?|What are tokens?|Explain tokens.|What does token mean?|What is a tokenizer?|What does the tokenizer do?|What are tokens per second?",
            "Can you explain what a token is?|What is meant by a token?",
        ),
        (
            "deltapage is free software under the Apache-2.0 licence.",
            "The question is about the licence.",
            "What is the license?|Which licence do you have?|Is this free?|Is deltapage open source?|Is this open source?|Under which license is deltapage?|Can I use this for free?|How much does it cost?|What does deltapage cost?",
            "Is deltapage free software?|What licence does this project have?",
        ),
        (
            "A language model predicts the next token of a text again and again.",
            "The question is about language models.",
            "What is a language model?|How do language models work?|What's a language model?|Explain language models.|What is an LLM?|How do you work?|How does a language model work?|What is a neural network?",
            "Can you explain what a language model is?|What does a language model do?",
        ),
    )
)

project = from_cards(CARDS)
