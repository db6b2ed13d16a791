"""Common emoji by Slack's short names."""

from typing import Final

_NAMES: Final = """
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 wave 👋 clap 👏 pray 🙏 raised_hands 🙌 handshake 🤝
muscle 💪 point_right 👉 point_left 👈 point_up ☝️ point_down 👇 ok_hand 👌 eyes 👀
speech_balloon 💬 thought_balloon 💭 smile 😄 smiley 😃 grinning 😀 grin 😁
slightly_smiling_face 🙂 simple_smile 🙂 blush 😊 relaxed ☺️ wink 😉 heart_eyes 😍
star-struck 🤩 joy 😂 sunglasses 😎 thinking_face 🤔 neutral_face 😐 expressionless 😑
confused 😕 slightly_frowning_face 🙁 worried 😟 disappointed 😞 cry 😢 sob 😭 angry 😠 rage 😡
weary 😩 scream 😱 sweat_smile 😅 sleeping 😴 face_with_monocle 🧐 heart ❤️ broken_heart 💔
green_heart 💚 blue_heart 💙 yellow_heart 💛 sparkles ✨ star ⭐ star2 🌟 fire 🔥 tada 🎉
confetti_ball 🎊 gift 🎁 trophy 🏆 medal 🏅 dart 🎯 rocket 🚀 bulb 💡 zap ⚡ sunny ☀️ cloud ☁️
rainbow 🌈 snowflake ❄️ seedling 🌱 herb 🌿 four_leaf_clover 🍀 deciduous_tree 🌳 coffee ☕
tea 🍵 bread 🍞 cake 🍰 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌
negative_squared_cross_mark ❎ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 exclamation ❗
question ❓ grey_question ❔ information_source ℹ️ rotating_light 🚨 bangbang ‼️ bell 🔔
no_bell 🔕 mute 🔇 loudspeaker 📢 mega 📣 speaking_head_in_silhouette 🗣️ ear 👂 hourglass ⌛
hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️ clock9 🕘 clock1 🕐 watch ⌚ calendar 📆
date 📅 spiral_calendar_pad 🗓️ arrow_up ⬆️ arrow_down ⬇️ arrow_right ➡️ arrow_left ⬅️
arrow_upper_right ↗️ arrow_lower_right ↘️ arrows_counterclockwise 🔄
leftwards_arrow_with_hook ↩️ repeat 🔁 small_red_triangle 🔺 small_red_triangle_down 🔻
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 clipboard 📋 memo 📝
pencil 📝 pencil2 ✏️ page_facing_up 📄 newspaper 📰 book 📖 books 📚 bookmark 🔖 label 🏷️
paperclip 📎 link 🔗 pushpin 📌 round_pushpin 📍 file_folder 📁 open_file_folder 📂
inbox_tray 📥 outbox_tray 📤 package 📦 email ✉️ envelope ✉️ incoming_envelope 📨 phone ☎️
telephone ☎️ telephone_receiver 📞 iphone 📱 computer 💻 house 🏠 office 🏢 factory 🏭
convenience_store 🏪 bank 🏦 hospital 🏥 airplane ✈️ car 🚗 truck 🚚 ship 🚢 earth_africa 🌍
earth_americas 🌎 earth_asia 🌏 globe_with_meridians 🌐 key 🔑 lock 🔒 unlock 🔓 mag 🔍
mag_right 🔎 gear ⚙️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ scales ⚖️ shield 🛡️
moneybag 💰 dollar 💵 euro 💶 credit_card 💳 receipt 🧾 shopping_cart 🛒 busts_in_silhouette 👥
bust_in_silhouette 👤 red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡
large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫
large_purple_circle 🟣 crescent_moon 🌙 zzz 💤 palm_tree 🌴 beach_with_umbrella 🏖️
face_with_thermometer 🤒 robot_face 🤖 ghost 👻 beetle 🐞 bug 🐛 cat 🐱 dog 🐶 turtle 🐢 snail 🐌
bee 🐝 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ hash #️⃣ new 🆕 sos 🆘 ok 🆗 up 🆙
checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️ black_small_square ▪️
white_small_square ▫️ small_blue_diamond 🔹 small_orange_diamond 🔸 heavy_plus_sign ➕
heavy_minus_sign ➖ infinity ♾️ recycle ♻️ anger 💢 dizzy 💫 boom 💥 umbrella ☔
sweat_drops 💦 microphone 🎤 headphones 🎧
"""
_WORDS: Final = _NAMES.split()
EMOJI: Final = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))


def emoji(name: str) -> str:
    """Return the emoji called *name*, or the name between colons if it is unknown."""
    return EMOJI.get(name.split("::", maxsplit=1)[0], f":{name}:")
