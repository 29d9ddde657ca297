/** What the element knows and what its parts may ask for: the types of its store. Nothing of this is there when the page runs. */

/** @typedef {import('../deltapage.js').Info} Info */
/** @typedef {import('../deltapage.js').Message} Message */
/** @typedef {import('../deltapage.js').Progress} Progress */
/** @typedef {import('./conversation-database.js').ListedConversation} ListedConversation */
/** @typedef {import('./model-list.js').ListedModel} ListedModel */
/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree.js').Tree} Tree */
/** @typedef {string | FileList | File[]} Source  of a model: its folder's URL, or the files of a folder of this computer */
/** @typedef {'settings' | 'models' | 'export' | 'about'} DialogName */

/**
 * @typedef {object} ShownMessage
 * @property {Node} node
 * @property {Node[]} versions  the alternatives at its place, itself included
 */

/**
 * @typedef {object} ShownConversation  the path of a tree that is on the page
 * @property {string} id
 * @property {string} title  '' while it is empty
 * @property {string | null} system  its own system prompt
 * @property {ShownMessage[]} messages
 */

/** @typedef {{id: string, record: any, head?: ListedConversation}} DeletedConversation  as it was kept */
/** @typedef {{before: string, found: string, after: string}} Excerpt  from the text in which something was found */
/** @typedef {ListedConversation & {excerpt: Excerpt | null}} FoundConversation  without an excerpt where the title says it all */
/** @typedef {{conversations: FoundConversation[], count: number, complete: boolean}} Found  the first of `count`; not complete while others are still read */
/** @typedef {{node: Node, message: Message}} WrittenAnswer  the message as far as it has come */

/**
 * @typedef {{type: 'idle', sentence: string}} Idle
 * @typedef {{type: 'waiting', sentence: string}} Waiting  for the answer in another conversation
 * @typedef {{type: 'loading', progress: Progress}} Loading  the model
 * @typedef {{type: 'reading', processed: number, total: number}} Reading  the conversation, in tokens
 * @typedef {Idle | Waiting | Reading} Activity
 */

/**
 * @typedef {object} Notice  stands above the input until something else is done
 * @property {string} sentence
 * @property {Error & {detail?: string}} [error]  that it tells of
 * @property {DeletedConversation[]} [deleted]  that can be brought back
 * @property {Node} [unfinished]  the last message, from which the answer can go on
 */

/**
 * @typedef {object} State
 * @property {string} introMessage
 * @property {string} placeholder
 * @property {boolean} storage  whether conversations and settings outlive the page
 * @property {Source} bundle
 * @property {'absent' | 'loading' | 'ready'} model  the one in `bundle`
 * @property {Info | null} info  of the model, once it is ready
 * @property {boolean} here  whether all of the model in use is on this computer
 * @property {ListedModel[]} models  to choose from
 * @property {ListedModel | null} picked  what a folder of this computer holds, if that is in use
 * @property {Settings} settings
 * @property {ShownConversation} conversation
 * @property {boolean} answering  to a message of the conversation that is shown, tools included
 * @property {WrittenAnswer | null} written  the answer that is being written in it
 * @property {{conversation: string, message: Message} | null} answered  the answer that was completed last, and its conversation's id
 * @property {string} draft  the message that is being written
 * @property {Loading | null} loading  the model, as far as it is
 * @property {Activity} activity  in the conversation that is shown
 * @property {string[]} writing  ids of the conversations that are being answered, in the order of their turns
 * @property {string[]} unread  ids of those that were answered while another one was shown
 * @property {Notice | null} notice
 * @property {ListedConversation[]} conversations  the kept ones, the last changed first, or the first of them
 * @property {boolean} moreConversations  whether others are kept that are not listed
 * @property {string} query  what is searched for in them
 * @property {Found | null} found  null without a search
 * @property {string[] | null} selected  ids of those that are selected to do something with all of them; null: nothing is being selected
 * @property {boolean} drawer  whether the list of conversations is open, where it is a drawer
 */

/**
 * @typedef {object} Requests  with their arguments
 * @property {[]} load
 * @property {[]} lookForModel  whether it is still kept
 * @property {[]} cancelLoading  what has come is kept, and loading again goes on
 * @property {[url: string]} useModel
 * @property {[files: File[]]} useFolder
 * @property {[changes: Partial<Settings>]} set  settings
 * @property {[text: string]} draft
 * @property {[text: string]} send
 * @property {[]} stop  the answer that is shown
 * @property {[]} stopAll  answers, shown or not
 * @property {[node: Node, text: string]} edit  say it differently, as a branch of its own: a question is answered anew, an answer stands as it is
 * @property {[]} editLast  begin to edit the message that was written last
 * @property {[node: Node]} regenerate
 * @property {[node: Node]} goOn  with an answer that was cut off, or with one that the last message lacks
 * @property {[text: string | null]} instruct  give the conversation a system prompt of its own, or none
 * @property {[node: Node]} choose  show this alternative
 * @property {[]} newConversation
 * @property {[tree: Tree]} save  a conversation as it is now
 * @property {[id: string]} open
 * @property {[id: string, title: string]} rename
 * @property {[id: string, pinned: boolean]} pin
 * @property {[query: string]} search
 * @property {[ids: string[] | null]} select
 * @property {[]} selectAll  that are found, or kept
 * @property {[...ids: string[]]} delete
 * @property {[deleted: DeletedConversation[]]} undelete
 * @property {[]} listMore  of the conversations
 * @property {[file: File]} importFile
 * @property {[form: 'markdown' | 'json' | 'all']} exportFile
 * @property {[name: DialogName]} openDialog
 * @property {[open?: boolean]} toggleDrawer
 * @property {[]} focusInput
 */

/** @typedef {import('./store.js').Store<State, Requests>} ChatStore */

export {};
