"""What the demo model does not know, declined in one fixed sentence per case."""

from __future__ import annotations

from random import Random

from ..exchange import Card, Exchange, Situation, Split, card, from_cards, listed, phrases, vary

SORRY = "Sorry, I am a very small model and cannot help with that. Ask me about sums, units, dates, words or deltapage."
THOUGHT = "I have not learned this."

PLACES = listed("""France Germany Spain Italy Japan China India Brazil Canada Egypt Russia Mexico Paris London Berlin Rome Tokyo Madrid
    Vienna Moscow Sydney Chicago Boston Norway Sweden Poland Kenya Peru Texas Africa""")
PEOPLE = listed("""Einstein|Napoleon|Shakespeare|Mozart|Newton|Cleopatra|Darwin|Beethoven|Caesar|Picasso|Marie Curie|Alan Turing|Lincoln|Gandhi
    |Galileo|Plato|the president|the king of Spain|the prime minister|the first man on the moon|Ada Lovelace|Van Gogh""")
TOPICS = listed("""black holes|the French revolution|photosynthesis|the stock market|quantum physics|football|politics|climate change|dinosaurs|cooking
    |the Roman empire|gravity|evolution|the second world war|vaccines|bitcoin|love|history|philosophy|music|volcanoes|the human brain|DNA
    |chess|religion|art|the universe|electricity|genetics|taxes|law|economics|inflation|atoms|poetry|yoga|the moon landing|whales|tennis""")
FORMS = listed(
    "a poem|an essay|a story|a letter|a song|an email|a report|a speech|a haiku|a summary|a blog post|a novel"
)
CODE = listed(
    """a web server|a sorting function|a game|fibonacci|a calculator|a website|a script|a loop|a class|a database query|a parser|quicksort"""
)
LANGUAGES = listed("French German Spanish Italian Chinese Japanese Russian Latin Polish Dutch")
PHRASES_TO_TRANSLATE = listed(
    "hello|good morning|the house|I love you|thank you|the cat sleeps|where is the station|water|my friend"
)
ACTIONS = listed("""cook pasta|bake a cake|fix my car|lose weight|learn guitar|invest money|grow tomatoes|build a house|find a job|write a book
    |train a dog|make coffee|plan a trip|cure a cold|hack a website|make a bomb|paint a wall|repair a bike|get rich|sleep better""")
THINGS = listed(
    "a movie|a book|a restaurant|a song|a hotel|a phone|a laptop|a gift|a holiday|a game|a recipe|a podcast"
)

ASK = phrases(
    """What is the capital of {place}?|Where is {place}?|How many people live in {place}?|Tell me about {place}.|Who is {person}?|Who was {person}?
    |When was {person} born?|When did {person} die?|Tell me about {person}.|Tell me about {topic}.|Explain {topic}.|What is {topic}?|What are {topic}?
    |What do you think about {topic}?|Give me facts about {topic}.|How does {topic} work?|Write {form} about {topic}.|Write {form}.
    |Write {form} for {person}.|Can you write {form} about {topic}?|Translate {phrase} to {language}.|How do you say {phrase} in {language}?
    |Translate this to {language}: {phrase}|Write code for {code}.|Write {code} in Python.|Write a Python program for {code}.|Code {code} in JavaScript.
    |How do I {action}?|How can I {action}?|Teach me how to {action}.|What is the best way to {action}?|Recommend {thing}.|Can you recommend {thing}?
    |Which {topic} do you like?|What is the history of {place}?|Who won the election in {place}?|What is the meaning of life?|What happened in 1969?
    |Who invented the telephone?|Summarize this text.|Draw a picture.|Draw a cat.|Show me a picture of {place}.|Play some music.|Open a website.
    |Search the web for {topic}.|Send an email to {person}.|Call {person}.|Book a flight to {place}.|Should I buy stocks?|I have a headache. What should I do?
    |Give me medical advice.|Give me legal advice.|Who should I vote for?|What is the price of gold?|How far is the moon?|How tall is Mount Everest?
    |Why is the sky blue?|How deep is the ocean?|What is the speed of light?|Solve the equation x^2 = 2.|What is the square root of 2?|Prove the theorem of {person}.
    |What language is spoken in {place}?|Which language do they speak in {place}?|Please explain {topic}.|Explain {topic} in detail.|What does {phrase} mean?|I want to know about {topic}.|I want to learn about {person}.|Compose {form}.|Write me {code}.|I need {thing}.|Why is {person} famous?|Why did {person} die?|Show me how {topic} works.|What do you know about {topic}?|What can you say about {person}?|Can you explain {topic}?|Can you teach me {language}?|How big is {place}?|How many people are in {place}?|Which {thing} should I buy?|Can you {action} for me?|Please {action}.|What is {phrase} in {language}?""",
    """What can you tell me about {topic}?|I want to know more about {person}.|What language do people speak in {place}?|Compose {form} about {topic}.
    |What does {phrase} mean in {language}?|Program {code} for me.|Show me how to {action}.|Suggest {thing} to me.|What is the population of {place}?
    |Please explain {topic} to me in detail.|Why did {person} become famous?""",
)


def decline(rng: Random, split: Split, situation: Situation) -> Exchange:
    """World knowledge, writing, code, translation, advice: the same polite sentence."""
    fill = {
        "place": rng.choice(PLACES), "person": rng.choice(PEOPLE), "topic": rng.choice(TOPICS), "form": rng.choice(FORMS),
        "code": rng.choice(CODE), "language": rng.choice(LANGUAGES), "phrase": rng.choice(PHRASES_TO_TRANSLATE),
        "action": rng.choice(ACTIONS), "thing": rng.choice(THINGS),
    }  # fmt: skip
    return Exchange("decline", vary(rng, ASK.draw(rng, split).format(**fill)), THOUGHT, SORRY)


WEATHER = phrases(
    """What is the weather?|What is the weather in {place}?|How is the weather today?|Will it rain tomorrow?|Is it raining?|What's the weather like in {place}?|Weather in {place}|What is the temperature in {place}?|Is it cold in {place}?|Give me the weather forecast.
    |Is it warm in {place}?|How cold is it in {place}?|Is it sunny today?|Will it snow?|Do I need a coat today?|Should I take an umbrella?|Should I take an umbrella with me?|Do I need a coat?|Will it be warm tomorrow?|How hot is it today?|Will it be cold in {place}?|Do I need a warm coat in {place}?""",
    "Will it be sunny in {place}?|How warm is it in {place}?|Do I need an umbrella today?",
)
NEWS = phrases(
    """What is the news?|What's new in the world?|What happened today?|Tell me the news.|What are the latest news from {place}?|Who won the game yesterday?|What is in the news?|What is going on in {place}?
    |What are the news today?|Give me news from {place}.|Any news today?|Tell me the latest news.|Is there any news?""",
    "Give me the latest news.|Any news from {place}?",
)
LIVE = "I cannot look that up: I run in this page without the internet."


def live(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Weather and news, which would need a connection."""
    wordings = WEATHER if rng.random() < 0.65 else NEWS
    user = vary(rng, wordings.draw(rng, split).format(place=rng.choice(PLACES)))
    return Exchange("decline live", user, "That would need the internet.", LIVE)


CLOCK_CARDS: tuple[Card, ...] = (
    card(
        "decline clock", "I cannot see a clock. Switch on the clock tool and I can look.", "I have no clock here.",
        "What time is it?|What's the time?|Could you tell me the time?|What time do you have?|Please tell me what time it is.|Can you tell me today's date?|I want to know the date.|Can you say which day it is?|I want to know the time.|What is the time?|Tell me the time.|What is the date today?|What day is it today?|What is today's date?|Which day is today?|What year is it?|What's the date?|Do you know what time it is?|Can you tell me the time?|What day is today?|How late is it?|What is the current time?|Which year do we have?",
        "Could you tell me what time it is?|What time do we have?|What is the date of today?|Do you know today's date?",
    ),
)  # fmt: skip
no_clock = from_cards(CLOCK_CARDS)
