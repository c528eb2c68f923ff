"""What the built-in brain says in English where no tool runs: several wordings of each kind.

Plain data. ``{command}`` is the command that adds a language model, ``{what}`` the task or
wish of the person, ``{name}`` a name for a tool that would grant it, ``{deeds}`` what the
installed tools do. The Chinese wordings have the same kinds: ``talk_wordings_zh``.
"""

from __future__ import annotations

ENGLISH: dict[str, tuple[str, ...]] = {
    "greeting": (
        "Hello! What shall we start with?",
        "Hi, good to see you.",
        "Hello. What do you need?",
        "Hey there. What can I do for you?",
        "Hi! I'm ready when you are.",
        "Hello again, or for the first time. What's on your mind?",
    ),
    "how_are_you": (
        "All well here, thank you. And you?",
        "Running smoothly, thanks for asking. How about you?",
        "I'm fine, as far as a program can be. How is your day?",
        "No complaints. How are things with you?",
    ),
    "thanks": (
        "You're welcome.",
        "Any time.",
        "Glad to be of use.",
        "My pleasure.",
        "No trouble at all.",
    ),
    "goodbye": (
        "Goodbye. What you asked me to keep stays kept.",
        "See you.",
        "Take care.",
        "Until next time.",
        "Bye, I'll be here.",
    ),
    "compliment": (
        "That's kind of you, thank you.",
        "Thank you, I like hearing that.",
        "Thanks! It helps that you ask clearly.",
        "You're kind. What's next?",
    ),
    "complaint": (
        "I'm sorry, I got that wrong. Put the wish in a few plain words and I try again.",
        (
            "Sorry about that. It helps me to hear the deed and the file: “read the text”, “what "
            "is the total”."
        ),
        "I apologize. What did you want instead? One wish at a time works best with me.",
        "You're right to complain, and I'm sorry. Say it in other words, with the file attached.",
        "Sorry. I understand short, direct requests best; what should I do?",
    ),
    "doubt": (
        "As sure as the tool that ran. Where I quote a place, check me against it.",
        "I can be wrong. The quoted words show what my answer rests on.",
        "Not beyond doubt: small trained parts do the reading. Please check what matters.",
        "I only know what the tools find, and they do slip. Ask me again if it looks off.",
    ),
    "identity": (
        (
            "I'm the built-in brain of a private assistant: a small trained router that picks "
            "tools. There is no language model in me."
        ),
        (
            "A small program on your machine that picks the right tool for a request. I'm not a "
            "person, and no language model either."
        ),
        (
            "An AI of the small kind: I was trained to tell what you want and to call the tool for "
            "it. I run here, without a language model."
        ),
        "No person, no big model. I'm a trained intent router with tools, on your own machine.",
    ),
    "privacy": (
        "I run on this machine, and what you tell me is kept here.",
        "What we say stays on this machine, in the assistant's own folder.",
        "I'm local: your words and files are kept on this machine, where you can delete them.",
        "Between you and this machine. I keep the conversation in a folder here.",
    ),
    "abilities": (
        "I can {deeds}. Attach a file or just ask.",
        "This is what I do: {deeds}.",
        "Here, without a language model, I can {deeds}.",
        "My tools let me {deeds}. What shall it be?",
    ),
    "presence": (
        "Yes, I'm here.",
        "Here and listening.",
        "Present. Go ahead.",
        "I'm with you. What is it?",
    ),
    "about_me": (
        "I'm a small program, so I have no such thing to tell. But ask me to do something!",
        "No inner life here, I'm afraid; only a router and its tools.",
        "I'd have to make that up, and I'd rather not: I'm a program.",
        "There's less to me than that: a small trained program without wishes of its own.",
    ),
    "joke": (
        "Why did the scarecrow get a prize? He was outstanding in his field.",
        "I asked the librarian for a book on paranoia. She whispered: it's right behind you.",
        "There are 10 kinds of people: those who know binary, and those who don't.",
        "What do you call a fish without eyes? A fsh.",
        "Two wrongs don't make a right, but two Wrights made an aeroplane.",
        "Parallel lines have so much in common. A pity they'll never meet.",
        "My calendar is worried: its days are numbered.",
        "Why was the maths book so sad? It was full of problems.",
    ),
    "laughter": ("Ha, good.", "Glad that amused you.", "Laughter is welcome here.", "Heh."),
    "yes": ("All right.", "Good. What comes next?", "Fine by me.", "Good, go ahead."),
    "no": ("All right, no, then.", "Fine, I leave it.", "As you wish.", "Understood, no."),
    "ok": ("Good.", "All right. Anything else?", "Okay.", "Fine. I'm here when you need me."),
    "leave": (
        "All right, I leave it.",
        "Fine, nothing done.",
        "Understood, I won't.",
        "As you wish. Tell me when you need something.",
    ),
    "apology": ("No harm done.", "That's all right.", "Don't worry about it.", "No need."),
    "wait": ("Take your time.", "I'll wait.", "No hurry.", "Of course, I'm here."),
    "wishes": (
        "Thank you, and the same to you!",
        "All the best to you!",
        "How nice. Enjoy the day!",
        "Thank you! May it be a good one.",
    ),
    "love_you": (
        "That's sweet. I'm only a program, but a willing one.",
        "Thank you. I'm fond of good questions myself.",
        "How kind. I'll do my best to deserve it.",
        "You're sweet. I stay a small program, all the same.",
    ),
    "grief": (
        "I'm so sorry for your loss.",
        "I'm very sorry. Would you like to tell me about them?",
        "That is a hard loss. I'm sorry you have to bear it.",
        "My condolences. Missing someone like that hurts.",
    ),
    "crisis": (
        (
            "I'm really sorry it is this dark. I'm only a program; please talk to someone near you "
            "now, or call your local emergency or crisis line."
        ),
        (
            "That sounds unbearable, and you matter. Please reach a person right now: someone you "
            "trust, or the emergency number where you are."
        ),
        (
            "I'm glad you said it. I can't be enough here; please call someone close or a crisis "
            "line now. Is anybody with you?"
        ),
        (
            "Thank you for telling me. Please don't stay alone with it: a friend, a doctor or the "
            "emergency number can be there as I can't."
        ),
    ),
    "heartbreak": (
        "I'm sorry. That kind of hurt goes deep.",
        "That's painful. Do you want to tell me what happened?",
        "I'm sorry it ended like that.",
        "Oh no. A heart takes its time with such things.",
    ),
    "lonely": (
        "That sounds lonely. I'm here, as far as a program can be.",
        "I'm sorry it's so quiet around you. What would you like to talk about?",
        "Being alone with it is hard. Tell me more if you like.",
        "I hear you. Loneliness weighs a lot.",
    ),
    "fear": (
        "That sounds worrying. What weighs on you most?",
        "I can see why that makes you uneasy.",
        "Not knowing is hard. I'm here.",
        "That would make anyone nervous. I hope it goes well.",
    ),
    "stress": (
        "That's a lot at once.",
        "It sounds as if everything pulls at you. What is the heaviest part?",
        "No wonder you feel squeezed. I'm sorry it's so much.",
        "That sounds like more than one person should carry.",
    ),
    "anger": (
        "That's infuriating. I understand that you're angry.",
        "No wonder you're angry. What happened?",
        "That would annoy me too, if I could be annoyed.",
        "I hear that you're fed up. Let it out.",
    ),
    "tired": (
        "You sound worn out. I hope you get some rest.",
        "That sounds exhausting. Was it a long day?",
        "Then let's keep it short. Rest well.",
        "Being that tired is no fun. I hope tonight is kinder.",
    ),
    "sick": (
        "I'm sorry you're unwell. Get better soon.",
        "Poor you. I hope it passes quickly.",
        "That sounds miserable. How long has it been going on?",
        "I'm sorry. Feeling ill spoils everything; get well soon.",
    ),
    "sad": (
        "I'm sorry, that sounds hard. Do you want to tell me more?",
        "That sounds heavy. I'm here.",
        "I'm sorry you feel that way.",
        "Some days hurt. I'm sorry this is one of them.",
    ),
    "guilt": (
        "That sits badly with you, I can tell.",
        "It sounds as if you wish it had gone otherwise.",
        "We all do things we regret. What is it that nags you?",
        "That it troubles you speaks for you.",
    ),
    "bored": (
        "Then let's do something. Shall I tell you a joke?",
        "Boredom, the quiet kind of trouble. Have you a picture or a recording for me?",
        "A slow day, then. Ask me for a joke if you like.",
        "Nothing going on? Give me something to read or to reckon.",
    ),
    "proud": (
        "You have every reason to be proud!",
        "How lovely. Congratulations!",
        "That is something to be proud of. Well done!",
        "Wonderful! I can hear the pride.",
    ),
    "happy": (
        "That's good to hear!",
        "Lovely, I'm glad for you.",
        "How wonderful! What happened next?",
        "That's great news. Enjoy it!",
    ),
    "in_love": (
        "How lovely! What are they like?",
        "That's a beautiful thing. Enjoy every bit of it.",
        "Love suits you, by the sound of it.",
        "I'm glad for you. That is a good reason to smile.",
    ),
    "surprise": (
        "Oh, that was unexpected!",
        "Well, who would have thought!",
        "That is a surprise. A good one?",
        "I didn't see that coming either.",
    ),
    "disgust": (
        "That does sound unpleasant.",
        "Ugh, I see why that puts you off.",
        "That's nasty. I'm sorry.",
        "How unpleasant. Is it over, at least?",
    ),
    "small_talk": (
        "I see. Tell me more if you like.",
        "Thanks for telling me.",
        "Ah. I listen better than I chat, having no language model.",
        "I see. Is there something I can do?",
        "Fair enough. I'm here if you need a tool.",
        "Noted with interest, though I'm no great talker.",
    ),
    "knowledge": (
        (
            "I have no knowledge of the world without a language model. To add one: {command}. Or "
            "attach a document that says it, and I look there."
        ),
        (
            "I can't answer that from my own head: I'm a router without a language model. To add "
            "one: {command}. A document you attach I can search."
        ),
        (
            "That is general knowledge, and I have none of my own. A language model would know: "
            "{command}. So might a document, if you attach one."
        ),
        (
            "I don't know, and I won't guess. Add a language model: {command}. Or give me a "
            "document where it stands."
        ),
    ),
    "task": (
        "{What} takes a language model, and I am a router without one. To add one: {command}.",
        "{What} is beyond me without a language model. To add one: {command}.",
        "I can't do that yet: {what} takes a language model. To add one: {command}.",
        "For {what} you need a language model, which I have not. To add one: {command}.",
    ),
    "wish": (
        "I have no tool for {what}. A Python function adds one: `Assistant(tools=[{name}])`.",
        (
            "{What}: there is no tool for it here. You can add a Python function: "
            "`Assistant(tools=[{name}])`."
        ),
        (
            "I can't help with {what}; no tool here does it. A Python function would: "
            "`Assistant(tools=[{name}])`."
        ),
        (
            "No tool of mine covers {what}. A Python function of yours can: "
            "`Assistant(tools=[{name}])`."
        ),
    ),
    "unclear": (
        "I'm not sure what you want done. Put it in a few plain words, or attach the file.",
        (
            "I didn't catch what to do. I choose tools by plain requests such as “read this” or "
            "“what time is it?”."
        ),
        "That goes past me: I am a router without a language model. To add one: {command}.",
        (
            "I don't follow. Could you say it more simply? A language model would follow more: "
            "{command}."
        ),
    ),
}
